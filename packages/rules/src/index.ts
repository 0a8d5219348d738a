import type { Rule } from '@meshvet/core';
import { annotationAlpha } from './annotation/annotation-alpha.ts';
import { annotationCaptureDisabled } from './annotation/annotation-capture-disabled.ts';
import { annotationDeprecated } from './annotation/annotation-deprecated.ts';
import { annotationExcludeIneffective } from './annotation/annotation-exclude-ineffective.ts';
import { annotationInterceptionNoneCni } from './annotation/annotation-interception-none-cni.ts';
import { annotationMisplaced } from './annotation/annotation-misplaced.ts';
import { annotationProxyConfigInvalid } from './annotation/annotation-proxy-config-invalid.ts';
import { annotationProxyConfigUnknownField } from './annotation/annotation-proxy-config-unknown-field.ts';
import { annotationTooNew } from './annotation/annotation-too-new.ts';
import { annotationUnknown } from './annotation/annotation-unknown.ts';
import { annotationValueInvalid } from './annotation/annotation-value-invalid.ts';
import { injectAnnotationDeprecated } from './inject/inject-annotation-deprecated.ts';
import { injectAnnotationIneffective } from './inject/inject-annotation-ineffective.ts';
import { injectCronjobMetadata } from './inject/inject-cronjob-metadata.ts';
import { injectHostNetwork } from './inject/inject-host-network.ts';
import { injectInitializerLegacy } from './inject/inject-initializer-legacy.ts';
import { injectKeyTypo } from './inject/inject-key-typo.ts';
import { injectLabelAnnotationDisagree } from './inject/inject-label-annotation-disagree.ts';
import { injectLabelOnWorkloadMetadata } from './inject/inject-label-on-workload-metadata.ts';
import { injectNamespaceAnnotation } from './inject/inject-namespace-annotation.ts';
import { injectNamespaceLabelInvalid } from './inject/inject-namespace-label-invalid.ts';
import { injectNamespaceLabelOnWorkload } from './inject/inject-namespace-label-on-workload.ts';
import { injectNamespaceLabelsConflict } from './inject/inject-namespace-labels-conflict.ts';
import { injectPodLabelInvalid } from './inject/inject-pod-label-invalid.ts';
import { injectPodLabelOnNamespace } from './inject/inject-pod-label-on-namespace.ts';
import { injectSystemNamespace } from './inject/inject-system-namespace.ts';
import { injectValueNotString } from './inject/inject-value-not-string.ts';
import { injectWindowsPod } from './inject/inject-windows-pod.ts';
import { labelsAppMissing } from './labels/labels-app-missing.ts';
import { labelsAppSharedUnrelated } from './labels/labels-app-shared-unrelated.ts';
import { labelsAppVersionNotUnique } from './labels/labels-app-version-not-unique.ts';
import { labelsEmptyValue } from './labels/labels-empty-value.ts';
import { labelsOnWorkloadOnly } from './labels/labels-on-workload-only.ts';
import { labelsSelectorContainsVersion } from './labels/labels-selector-contains-version.ts';
import { labelsSelectorDefaulted } from './labels/labels-selector-defaulted.ts';
import { labelsSelectorMismatch } from './labels/labels-selector-mismatch.ts';
import { labelsServiceAppMissing } from './labels/labels-service-app-missing.ts';
import { labelsVersionMissing } from './labels/labels-version-missing.ts';
import { portAppProtocolEmpty } from './port/port-app-protocol-empty.ts';
import { portAppProtocolNameMismatch } from './port/port-app-protocol-name-mismatch.ts';
import { portAppProtocolPrefixForm } from './port/port-app-protocol-prefix-form.ts';
import { portAppProtocolUnknown } from './port/port-app-protocol-unknown.ts';
import { portAppProtocolUnsupportedVersion } from './port/port-app-protocol-unsupported-version.ts';
import { portExternalNameTcp } from './port/port-external-name-tcp.ts';
import { portGatewayProtocolInvalid } from './port/port-gateway-protocol-invalid.ts';
import { portHeadlessUndeclared } from './port/port-headless-undeclared.ts';
import { portNameMissing } from './port/port-name-missing.ts';
import { portNameMissingSeparator } from './port/port-name-missing-separator.ts';
import { portNameProtocolPrefix } from './port/port-name-protocol-prefix.ts';
import { portNameUdpOnTcp } from './port/port-name-udp-on-tcp.ts';
import { portNameVersionUnsupported } from './port/port-name-version-unsupported.ts';
import { portOutboundListenerConflict } from './port/port-outbound-listener-conflict.ts';
import { portProtocolTlsMismatch } from './port/port-protocol-tls-mismatch.ts';
import { portServerFirstUndeclared } from './port/port-server-first-undeclared.ts';
import { portServiceEntryConflict } from './port/port-service-entry-conflict.ts';
import { portUdpNotProxied } from './port/port-udp-not-proxied.ts';
import { schemaAuthorizationPolicyAction } from './schema/schema-authorization-policy-action.ts';
import { schemaAuthorizationPolicyCondition } from './schema/schema-authorization-policy-condition.ts';
import { schemaAuthorizationPolicyDenyTcp } from './schema/schema-authorization-policy-deny-tcp.ts';
import { schemaAuthorizationPolicyRule } from './schema/schema-authorization-policy-rule.ts';
import { schemaClientTls } from './schema/schema-client-tls.ts';
import { schemaDuration } from './schema/schema-duration.ts';
import { schemaEnvoyFilterPatch } from './schema/schema-envoy-filter-patch.ts';
import { schemaExportTo } from './schema/schema-export-to.ts';
import { schemaGatewayServer } from './schema/schema-gateway-server.ts';
import { schemaHeaderName } from './schema/schema-header-name.ts';
import { schemaHostName } from './schema/schema-host-name.ts';
import { schemaInternalAnnotation } from './schema/schema-internal-annotation.ts';
import { schemaJwtRule } from './schema/schema-jwt-rule.ts';
import { schemaLabel } from './schema/schema-label.ts';
import { schemaLoadBalancer } from './schema/schema-load-balancer.ts';
import { schemaNamespaceHost } from './schema/schema-namespace-host.ts';
import { schemaNegativeNumber } from './schema/schema-negative-number.ts';
import { schemaPercentage } from './schema/schema-percentage.ts';
import { schemaPortNumber } from './schema/schema-port-number.ts';
import { schemaRegex } from './schema/schema-regex.ts';
import { schemaServerTls } from './schema/schema-server-tls.ts';
import { schemaServiceEntryAddresses } from './schema/schema-service-entry-addresses.ts';
import { schemaServiceEntryPorts } from './schema/schema-service-entry-ports.ts';
import { schemaServiceEntryResolution } from './schema/schema-service-entry-resolution.ts';
import { schemaSidecarListener } from './schema/schema-sidecar-listener.ts';
import { schemaSubset } from './schema/schema-subset.ts';
import { schemaTelemetry } from './schema/schema-telemetry.ts';
import { schemaTrafficPolicy } from './schema/schema-traffic-policy.ts';
import { schemaVirtualServiceAction } from './schema/schema-virtual-service-action.ts';
import { schemaVirtualServiceGateway } from './schema/schema-virtual-service-gateway.ts';
import { schemaVirtualServiceMatch } from './schema/schema-virtual-service-match.ts';
import { schemaVirtualServiceRoute } from './schema/schema-virtual-service-route.ts';
import { schemaVirtualServiceSni } from './schema/schema-virtual-service-sni.ts';
import { schemaWasmPlugin } from './schema/schema-wasm-plugin.ts';
import { schemaWorkloadEntry } from './schema/schema-workload-entry.ts';
import { schemaWorkloadSelector } from './schema/schema-workload-selector.ts';
import { serviceExportToInvalid } from './service/service-export-to-invalid.ts';
import { serviceHeadlessSticky } from './service/service-headless-sticky.ts';
import { servicePodNoService } from './service/service-pod-no-service.ts';
import { servicePodSingleService } from './service/service-pod-single-service.ts';
import { serviceProtocolConflict } from './service/service-protocol-conflict.ts';
import { serviceSelectsNothing } from './service/service-selects-nothing.ts';
import { serviceTargetPortInconsistent } from './service/service-target-port-inconsistent.ts';
import { serviceTargetPortShared } from './service/service-target-port-shared.ts';
import { serviceTargetPortUndeclared } from './service/service-target-port-undeclared.ts';
import { serviceTargetPortUnresolved } from './service/service-target-port-unresolved.ts';
import { sidecarNativeAnnotation } from './sidecar/sidecar-native-annotation.ts';
import { webhookCustomSelector } from './webhook/webhook-custom-selector.ts';
import { webhookFailurePolicy } from './webhook/webhook-failure-policy.ts';
import { webhookNeverMatches } from './webhook/webhook-never-matches.ts';
import { webhookOverlap } from './webhook/webhook-overlap.ts';
import { webhookReviewVersion } from './webhook/webhook-review-version.ts';
import { webhookScopeTooWide } from './webhook/webhook-scope-too-wide.ts';
import { webhookServiceMissing } from './webhook/webhook-service-missing.ts';
import { webhookUrlAddress } from './webhook/webhook-url-address.ts';
import { webhookUrlInvalid } from './webhook/webhook-url-invalid.ts';
import { yamlAfterEnd } from './yaml/yaml-after-end.ts';
import { yamlBomb } from './yaml/yaml-bomb.ts';
import { yamlDuplicateKey } from './yaml/yaml-duplicate-key.ts';
import { yamlMergeOrder } from './yaml/yaml-merge-order.ts';
import { yamlSyntax } from './yaml/yaml-syntax.ts';
import { yamlTooLarge } from './yaml/yaml-too-large.ts';
import { yamlValueNotString } from './yaml/yaml-value-not-string.ts';

/** All rules, in alphabetical order of their ids. */
export const allRules: readonly Rule[] = [
  annotationAlpha,
  annotationCaptureDisabled,
  annotationDeprecated,
  annotationExcludeIneffective,
  annotationInterceptionNoneCni,
  annotationMisplaced,
  annotationProxyConfigInvalid,
  annotationProxyConfigUnknownField,
  annotationTooNew,
  annotationUnknown,
  annotationValueInvalid,
  injectAnnotationDeprecated,
  injectAnnotationIneffective,
  injectCronjobMetadata,
  injectHostNetwork,
  injectInitializerLegacy,
  injectKeyTypo,
  injectLabelAnnotationDisagree,
  injectLabelOnWorkloadMetadata,
  injectNamespaceAnnotation,
  injectNamespaceLabelInvalid,
  injectNamespaceLabelOnWorkload,
  injectNamespaceLabelsConflict,
  injectPodLabelInvalid,
  injectPodLabelOnNamespace,
  injectSystemNamespace,
  injectValueNotString,
  injectWindowsPod,
  labelsAppMissing,
  labelsAppSharedUnrelated,
  labelsAppVersionNotUnique,
  labelsEmptyValue,
  labelsOnWorkloadOnly,
  labelsSelectorContainsVersion,
  labelsSelectorDefaulted,
  labelsSelectorMismatch,
  labelsServiceAppMissing,
  labelsVersionMissing,
  portAppProtocolEmpty,
  portAppProtocolNameMismatch,
  portAppProtocolPrefixForm,
  portAppProtocolUnknown,
  portAppProtocolUnsupportedVersion,
  portExternalNameTcp,
  portGatewayProtocolInvalid,
  portHeadlessUndeclared,
  portNameMissing,
  portNameMissingSeparator,
  portNameProtocolPrefix,
  portNameUdpOnTcp,
  portNameVersionUnsupported,
  portOutboundListenerConflict,
  portProtocolTlsMismatch,
  portServerFirstUndeclared,
  portServiceEntryConflict,
  portUdpNotProxied,
  schemaAuthorizationPolicyAction,
  schemaAuthorizationPolicyCondition,
  schemaAuthorizationPolicyDenyTcp,
  schemaAuthorizationPolicyRule,
  schemaClientTls,
  schemaDuration,
  schemaEnvoyFilterPatch,
  schemaExportTo,
  schemaGatewayServer,
  schemaHeaderName,
  schemaHostName,
  schemaInternalAnnotation,
  schemaJwtRule,
  schemaLabel,
  schemaLoadBalancer,
  schemaNamespaceHost,
  schemaNegativeNumber,
  schemaPercentage,
  schemaPortNumber,
  schemaRegex,
  schemaServerTls,
  schemaServiceEntryAddresses,
  schemaServiceEntryPorts,
  schemaServiceEntryResolution,
  schemaSidecarListener,
  schemaSubset,
  schemaTelemetry,
  schemaTrafficPolicy,
  schemaVirtualServiceAction,
  schemaVirtualServiceGateway,
  schemaVirtualServiceMatch,
  schemaVirtualServiceRoute,
  schemaVirtualServiceSni,
  schemaWasmPlugin,
  schemaWorkloadEntry,
  schemaWorkloadSelector,
  serviceExportToInvalid,
  serviceHeadlessSticky,
  servicePodNoService,
  servicePodSingleService,
  serviceProtocolConflict,
  serviceSelectsNothing,
  serviceTargetPortInconsistent,
  serviceTargetPortShared,
  serviceTargetPortUndeclared,
  serviceTargetPortUnresolved,
  sidecarNativeAnnotation,
  webhookCustomSelector,
  webhookFailurePolicy,
  webhookNeverMatches,
  webhookOverlap,
  webhookReviewVersion,
  webhookScopeTooWide,
  webhookServiceMissing,
  webhookUrlAddress,
  webhookUrlInvalid,
  yamlAfterEnd,
  yamlBomb,
  yamlDuplicateKey,
  yamlMergeOrder,
  yamlSyntax,
  yamlTooLarge,
  yamlValueNotString,
];
