import type { Rule } from '@meshvet/core';
import { ambientAnnotationIgnored } from './ambient/ambient-annotation-ignored.ts';
import { ambientConfigUnread } from './ambient/ambient-config-unread.ts';
import { ambientIngressBypass } from './ambient/ambient-ingress-bypass.ts';
import { ambientL7DenyNoEffect } from './ambient/ambient-l7-deny-no-effect.ts';
import { ambientL7PolicyWithoutWaypoint } from './ambient/ambient-l7-policy-without-waypoint.ts';
import { ambientLabelMisplaced } from './ambient/ambient-label-misplaced.ts';
import { ambientModeValueInvalid } from './ambient/ambient-mode-value-invalid.ts';
import { ambientPeerAuthenticationDisable } from './ambient/ambient-peer-authentication-disable.ts';
import { ambientPolicyHttpOnTcp } from './ambient/ambient-policy-http-on-tcp.ts';
import { ambientRouteWithoutWaypoint } from './ambient/ambient-route-without-waypoint.ts';
import { ambientRoutesMixed } from './ambient/ambient-routes-mixed.ts';
import { ambientSidecarConflict } from './ambient/ambient-sidecar-conflict.ts';
import { ambientVersionUnsupported } from './ambient/ambient-version-unsupported.ts';
import { ambientWaypointHidesCaller } from './ambient/ambient-waypoint-hides-caller.ts';
import { ambientWaypointListener } from './ambient/ambient-waypoint-listener.ts';
import { ambientWaypointNotFound } from './ambient/ambient-waypoint-not-found.ts';
import { ambientWaypointOutsideAmbient } from './ambient/ambient-waypoint-outside-ambient.ts';
import { ambientWaypointRefuses } from './ambient/ambient-waypoint-refuses.ts';
import { annotationAlpha } from './annotation/annotation-alpha.ts';
import { annotationCaptureDisabled } from './annotation/annotation-capture-disabled.ts';
import { annotationDeprecated } from './annotation/annotation-deprecated.ts';
import { annotationExcludeIneffective } from './annotation/annotation-exclude-ineffective.ts';
import { annotationIncludePortsRedundant } from './annotation/annotation-include-ports-redundant.ts';
import { annotationInterceptionNoneCni } from './annotation/annotation-interception-none-cni.ts';
import { annotationMisplaced } from './annotation/annotation-misplaced.ts';
import { annotationProxyConfigInvalid } from './annotation/annotation-proxy-config-invalid.ts';
import { annotationProxyConfigUnknownField } from './annotation/annotation-proxy-config-unknown-field.ts';
import { annotationTooNew } from './annotation/annotation-too-new.ts';
import { annotationUnknown } from './annotation/annotation-unknown.ts';
import { annotationValueInvalid } from './annotation/annotation-value-invalid.ts';
import { envoyFilterContextUnmatched } from './envoy/envoy-filter-context-unmatched.ts';
import { envoyFilterOperationIgnored } from './envoy/envoy-filter-operation-ignored.ts';
import { envoyFilterRelativeOperation } from './envoy/envoy-filter-relative-operation.ts';
import { gatewayApiAddressUnknown } from './gateway/gateway-api-address-unknown.ts';
import { gatewayApiBackendPort } from './gateway/gateway-api-backend-port.ts';
import { gatewayApiBackendTls } from './gateway/gateway-api-backend-tls.ts';
import { gatewayApiBackendUnknown } from './gateway/gateway-api-backend-unknown.ts';
import { gatewayApiCertificateUnknown } from './gateway/gateway-api-certificate-unknown.ts';
import { gatewayApiClassUnknown } from './gateway/gateway-api-class-unknown.ts';
import { gatewayApiCrdOld } from './gateway/gateway-api-crd-old.ts';
import { gatewayApiFilterUnsupported } from './gateway/gateway-api-filter-unsupported.ts';
import { gatewayApiGatewaysOverlap } from './gateway/gateway-api-gateways-overlap.ts';
import { gatewayApiGrantNamespaceUnknown } from './gateway/gateway-api-grant-namespace-unknown.ts';
import { gatewayApiListenerDuplicate } from './gateway/gateway-api-listener-duplicate.ts';
import { gatewayApiListenerSetRefused } from './gateway/gateway-api-listener-set-refused.ts';
import { gatewayApiListenerUnsupported } from './gateway/gateway-api-listener-unsupported.ts';
import { gatewayApiParentHostnameMismatch } from './gateway/gateway-api-parent-hostname-mismatch.ts';
import { gatewayApiParentListenerUnknown } from './gateway/gateway-api-parent-listener-unknown.ts';
import { gatewayApiParentRefusesRoute } from './gateway/gateway-api-parent-refuses-route.ts';
import { gatewayApiParentUnknown } from './gateway/gateway-api-parent-unknown.ts';
import { gatewayApiRedirectLoop } from './gateway/gateway-api-redirect-loop.ts';
import { gatewayApiReferenceNotGranted } from './gateway/gateway-api-reference-not-granted.ts';
import { gatewayApiRoutesCollide } from './gateway/gateway-api-routes-collide.ts';
import { gatewayCertificateShared } from './gateway/gateway-certificate-shared.ts';
import { gatewayCredentialInvalid } from './gateway/gateway-credential-invalid.ts';
import { gatewayHostConflict } from './gateway/gateway-host-conflict.ts';
import { gatewayHttpOn443 } from './gateway/gateway-http-on-443.ts';
import { gatewayPortPrivileged } from './gateway/gateway-port-privileged.ts';
import { gatewayRedirectLoop } from './gateway/gateway-redirect-loop.ts';
import { gatewayRedirectNowhere } from './gateway/gateway-redirect-nowhere.ts';
import { gatewayServerConflict } from './gateway/gateway-server-conflict.ts';
import { gatewayServicePortUnserved } from './gateway/gateway-service-port-unserved.ts';
import { injectAnnotationDeprecated } from './inject/inject-annotation-deprecated.ts';
import { injectAnnotationIneffective } from './inject/inject-annotation-ineffective.ts';
import { injectCronjobMetadata } from './inject/inject-cronjob-metadata.ts';
import { injectHostNetwork } from './inject/inject-host-network.ts';
import { injectImageAutoWithoutInjection } from './inject/inject-image-auto-without-injection.ts';
import { injectInitializerLegacy } from './inject/inject-initializer-legacy.ts';
import { injectKeyTypo } from './inject/inject-key-typo.ts';
import { injectLabelAnnotationDisagree } from './inject/inject-label-annotation-disagree.ts';
import { injectLabelOnWorkloadMetadata } from './inject/inject-label-on-workload-metadata.ts';
import { injectManualInAutoNamespace } from './inject/inject-manual-in-auto-namespace.ts';
import { injectNamespaceAnnotation } from './inject/inject-namespace-annotation.ts';
import { injectNamespaceByDefault } from './inject/inject-namespace-by-default.ts';
import { injectNamespaceLabelInvalid } from './inject/inject-namespace-label-invalid.ts';
import { injectNamespaceLabelOnWorkload } from './inject/inject-namespace-label-on-workload.ts';
import { injectNamespaceLabelsConflict } from './inject/inject-namespace-labels-conflict.ts';
import { injectNamespaceNotLabelled } from './inject/inject-namespace-not-labelled.ts';
import { injectPodLabelInvalid } from './inject/inject-pod-label-invalid.ts';
import { injectPodLabelOnNamespace } from './inject/inject-pod-label-on-namespace.ts';
import { injectPodLabelVetoed } from './inject/inject-pod-label-vetoed.ts';
import { injectPodNotInjected } from './inject/inject-pod-not-injected.ts';
import { injectPodOptOut } from './inject/inject-pod-opt-out.ts';
import { injectPodRevisionIgnored } from './inject/inject-pod-revision-ignored.ts';
import { injectRevisionUnknown } from './inject/inject-revision-unknown.ts';
import { injectSystemNamespace } from './inject/inject-system-namespace.ts';
import { injectTemplateUnknown } from './inject/inject-template-unknown.ts';
import { injectValueNotString } from './inject/inject-value-not-string.ts';
import { injectWindowsPod } from './inject/inject-windows-pod.ts';
import { istioDeprecatedField } from './istio/istio-deprecated-field.ts';
import { istioRemovedResource } from './istio/istio-removed-resource.ts';
import { k8sApiRemoved } from './k8s/k8s-api-removed.ts';
import { k8sTypeMissing } from './k8s/k8s-type-missing.ts';
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
import { linkerdAnnotationValueInvalid } from './linkerd/linkerd-annotation-value-invalid.ts';
import { linkerdAppProtocolOpaque } from './linkerd/linkerd-app-protocol-opaque.ts';
import { linkerdHostNetwork } from './linkerd/linkerd-host-network.ts';
import { linkerdIdentityUnknown } from './linkerd/linkerd-identity-unknown.ts';
import { linkerdImageMismatch } from './linkerd/linkerd-image-mismatch.ts';
import { linkerdInitArgsInconsistent } from './linkerd/linkerd-init-args-inconsistent.ts';
import { linkerdInjectAsLabel } from './linkerd/linkerd-inject-as-label.ts';
import { linkerdInjectMisplaced } from './linkerd/linkerd-inject-misplaced.ts';
import { linkerdInjectValueInvalid } from './linkerd/linkerd-inject-value-invalid.ts';
import { linkerdJobNeverCompletes } from './linkerd/linkerd-job-never-completes.ts';
import { linkerdMetadataSwapped } from './linkerd/linkerd-metadata-swapped.ts';
import { linkerdNativeOrder } from './linkerd/linkerd-native-order.ts';
import { linkerdOpaquePortsMismatch } from './linkerd/linkerd-opaque-ports-mismatch.ts';
import { linkerdPolicyReference } from './linkerd/linkerd-policy-reference.ts';
import { linkerdPolicyRefused } from './linkerd/linkerd-policy-refused.ts';
import { linkerdProbeRefused } from './linkerd/linkerd-probe-refused.ts';
import { linkerdProfileName } from './linkerd/linkerd-profile-name.ts';
import { linkerdProxyUid } from './linkerd/linkerd-proxy-uid.ts';
import { linkerdReservedPort } from './linkerd/linkerd-reserved-port.ts';
import { linkerdRouteIneffective } from './linkerd/linkerd-route-ineffective.ts';
import { linkerdServerFirst } from './linkerd/linkerd-server-first.ts';
import { linkerdServerUnauthorized } from './linkerd/linkerd-server-unauthorized.ts';
import { linkerdServerUnmatched } from './linkerd/linkerd-server-unmatched.ts';
import { linkerdWaitBeforeExit } from './linkerd/linkerd-wait-before-exit.ts';
import { meshDoubleInjection } from './mesh/mesh-double-injection.ts';
import { multiclusterRegistryUnknown } from './multicluster/multicluster-registry-unknown.ts';
import { multiclusterServiceDiffers } from './multicluster/multicluster-service-differs.ts';
import { policyAddressUnseen } from './policy/policy-address-unseen.ts';
import { policyCallerUnidentified } from './policy/policy-caller-unidentified.ts';
import { policyGatewayRefused } from './policy/policy-gateway-refused.ts';
import { policyHostUnmatched } from './policy/policy-host-unmatched.ts';
import { policyIdentityWithoutMtls } from './policy/policy-identity-without-mtls.ts';
import { policyJwksUnrestricted } from './policy/policy-jwks-unrestricted.ts';
import { policyMethodUnmatched } from './policy/policy-method-unmatched.ts';
import { policyMtlsNotSpoken } from './policy/policy-mtls-not-spoken.ts';
import { policyNamespaceUnknown } from './policy/policy-namespace-unknown.ts';
import { policyOverridden } from './policy/policy-overridden.ts';
import { policyPathUnmatched } from './policy/policy-path-unmatched.ts';
import { policyPrincipalUnknown } from './policy/policy-principal-unknown.ts';
import { policyProbeRefused } from './policy/policy-probe-refused.ts';
import { policyProviderUnknown } from './policy/policy-provider-unknown.ts';
import { policyRootSelectorIgnored } from './policy/policy-root-selector-ignored.ts';
import { policyRuleUnmatched } from './policy/policy-rule-unmatched.ts';
import { policySelectorGatewayApi } from './policy/policy-selector-gateway-api.ts';
import { policySelectorUnmatched } from './policy/policy-selector-unmatched.ts';
import { policySeveralDefaults } from './policy/policy-several-defaults.ts';
import { policySeveralForPods } from './policy/policy-several-for-pods.ts';
import { policyTargetUnknown } from './policy/policy-target-unknown.ts';
import { policyTokenOptional } from './policy/policy-token-optional.ts';
import { policyTokenUnread } from './policy/policy-token-unread.ts';
import { policyWorkloadUncovered } from './policy/policy-workload-uncovered.ts';
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
import { routeClaimUnauthenticated } from './route/route-claim-unauthenticated.ts';
import { routeDelegateLost } from './route/route-delegate-lost.ts';
import { routeDestinationDuplicate } from './route/route-destination-duplicate.ts';
import { routeDestinationNoEndpoints } from './route/route-destination-no-endpoints.ts';
import { routeDestinationRuleDuplicate } from './route/route-destination-rule-duplicate.ts';
import { routeDestinationRuleNoCa } from './route/route-destination-rule-no-ca.ts';
import { routeDestinationRuleTlsMismatch } from './route/route-destination-rule-tls-mismatch.ts';
import { routeExportToUnknown } from './route/route-export-to-unknown.ts';
import { routeGatewayInternal } from './route/route-gateway-internal.ts';
import { routeGatewayKind } from './route/route-gateway-kind.ts';
import { routeGatewayPort } from './route/route-gateway-port.ts';
import { routeGatewaySelector } from './route/route-gateway-selector.ts';
import { routeGatewayUnknown } from './route/route-gateway-unknown.ts';
import { routeGrpcOverHttp1 } from './route/route-grpc-over-http1.ts';
import { routeHostDuplicate } from './route/route-host-duplicate.ts';
import { routeHostNotCalled } from './route/route-host-not-called.ts';
import { routeHostNotInGateway } from './route/route-host-not-in-gateway.ts';
import { routeHostUnknown } from './route/route-host-unknown.ts';
import { routeIngressClass } from './route/route-ingress-class.ts';
import { routeIngressPortNotHttp } from './route/route-ingress-port-not-http.ts';
import { routeKindMismatch } from './route/route-kind-mismatch.ts';
import { routeMatchIneffective } from './route/route-match-ineffective.ts';
import { routeMatchLiteral } from './route/route-match-literal.ts';
import { routeMatchUnmet } from './route/route-match-unmet.ts';
import { routeNotExported } from './route/route-not-exported.ts';
import { routeOrderUndefined } from './route/route-order-undefined.ts';
import { routePlainToHttps } from './route/route-plain-to-https.ts';
import { routePortLevelDrops } from './route/route-port-level-drops.ts';
import { routePortUnknown } from './route/route-port-unknown.ts';
import { routeRetriesIneffective } from './route/route-retries-ineffective.ts';
import { routeRewriteSlashes } from './route/route-rewrite-slashes.ts';
import { routeRolloutInvalid } from './route/route-rollout-invalid.ts';
import { routeRuleUnreachable } from './route/route-rule-unreachable.ts';
import { routeSubsetNoLabels } from './route/route-subset-no-labels.ts';
import { routeSubsetNoPods } from './route/route-subset-no-pods.ts';
import { routeSubsetNotForIngress } from './route/route-subset-not-for-ingress.ts';
import { routeSubsetUndefined } from './route/route-subset-undefined.ts';
import { routeTlsOriginationMismatch } from './route/route-tls-origination-mismatch.ts';
import { routeWeightTotal } from './route/route-weight-total.ts';
import { runtimeDnsPolicy } from './runtime/runtime-dns-policy.ts';
import { runtimeHoldIneffective } from './runtime/runtime-hold-ineffective.ts';
import { runtimeInitNetwork } from './runtime/runtime-init-network.ts';
import { runtimeJobNeverCompletes } from './runtime/runtime-job-never-completes.ts';
import { runtimeLocalhostListener } from './runtime/runtime-localhost-listener.ts';
import { runtimeMtlsPortLevel } from './runtime/runtime-mtls-port-level.ts';
import { runtimeNetworkPolicyControlPlane } from './runtime/runtime-network-policy-control-plane.ts';
import { runtimeNetworkPolicyHbone } from './runtime/runtime-network-policy-hbone.ts';
import { runtimeNodePortStrict } from './runtime/runtime-node-port-strict.ts';
import { runtimePodSecurityCapabilities } from './runtime/runtime-pod-security-capabilities.ts';
import { runtimePodSecuritySeccomp } from './runtime/runtime-pod-security-seccomp.ts';
import { runtimeProbeNotRewritten } from './runtime/runtime-probe-not-rewritten.ts';
import { runtimeProbePortUnresolved } from './runtime/runtime-probe-port-unresolved.ts';
import { runtimeProxyUid } from './runtime/runtime-proxy-uid.ts';
import { runtimeReservedPort } from './runtime/runtime-reserved-port.ts';
import { runtimeServicePortReserved } from './runtime/runtime-service-port-reserved.ts';
import { runtimeStartOrder } from './runtime/runtime-start-order.ts';
import { runtimeStrictOutsideCaller } from './runtime/runtime-strict-outside-caller.ts';
import { runtimeTerminationDrain } from './runtime/runtime-termination-drain.ts';
import { runtimeTokenAutomount } from './runtime/runtime-token-automount.ts';
import { schemaAuthorizationPolicyAction } from './schema/schema-authorization-policy-action.ts';
import { schemaAuthorizationPolicyCondition } from './schema/schema-authorization-policy-condition.ts';
import { schemaAuthorizationPolicyDenyTcp } from './schema/schema-authorization-policy-deny-tcp.ts';
import { schemaAuthorizationPolicyRule } from './schema/schema-authorization-policy-rule.ts';
import { schemaCel } from './schema/schema-cel.ts';
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
import { schemaMissingField } from './schema/schema-missing-field.ts';
import { schemaNamespaceHost } from './schema/schema-namespace-host.ts';
import { schemaNegativeNumber } from './schema/schema-negative-number.ts';
import { schemaOneOf } from './schema/schema-one-of.ts';
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
import { schemaUnknownField } from './schema/schema-unknown-field.ts';
import { schemaValueInvalid } from './schema/schema-value-invalid.ts';
import { schemaVersionTooNew } from './schema/schema-version-too-new.ts';
import { schemaVersionUnserved } from './schema/schema-version-unserved.ts';
import { schemaVirtualServiceAction } from './schema/schema-virtual-service-action.ts';
import { schemaVirtualServiceGateway } from './schema/schema-virtual-service-gateway.ts';
import { schemaVirtualServiceMatch } from './schema/schema-virtual-service-match.ts';
import { schemaVirtualServiceRoute } from './schema/schema-virtual-service-route.ts';
import { schemaVirtualServiceSni } from './schema/schema-virtual-service-sni.ts';
import { schemaWasmPlugin } from './schema/schema-wasm-plugin.ts';
import { schemaWorkloadEntry } from './schema/schema-workload-entry.ts';
import { schemaWorkloadSelector } from './schema/schema-workload-selector.ts';
import { schemaWrongType } from './schema/schema-wrong-type.ts';
import { serviceEntryHostDuplicate } from './service/service-entry-host-duplicate.ts';
import { serviceEntryHttpPort443 } from './service/service-entry-http-port-443.ts';
import { serviceEntryNoAddresses } from './service/service-entry-no-addresses.ts';
import { serviceExportToInvalid } from './service/service-export-to-invalid.ts';
import { serviceHeadlessSticky } from './service/service-headless-sticky.ts';
import { serviceHeadlessTargetPort } from './service/service-headless-target-port.ts';
import { serviceMixedMeshMembership } from './service/service-mixed-mesh-membership.ts';
import { servicePodNoService } from './service/service-pod-no-service.ts';
import { servicePodSingleService } from './service/service-pod-single-service.ts';
import { serviceProtocolConflict } from './service/service-protocol-conflict.ts';
import { serviceSelectsNothing } from './service/service-selects-nothing.ts';
import { serviceTargetPortInconsistent } from './service/service-target-port-inconsistent.ts';
import { serviceTargetPortShared } from './service/service-target-port-shared.ts';
import { serviceTargetPortUndeclared } from './service/service-target-port-undeclared.ts';
import { serviceTargetPortUnresolved } from './service/service-target-port-unresolved.ts';
import { sidecarAnnotationDrift } from './sidecar/sidecar-annotation-drift.ts';
import { sidecarCniInitPresent } from './sidecar/sidecar-cni-init-present.ts';
import { sidecarDuplicate } from './sidecar/sidecar-duplicate.ts';
import { sidecarImageVersionMismatch } from './sidecar/sidecar-image-version-mismatch.ts';
import { sidecarInitWithoutProxy } from './sidecar/sidecar-init-without-proxy.ts';
import { sidecarIptablesCidr } from './sidecar/sidecar-iptables-cidr.ts';
import { sidecarIptablesInboundEmpty } from './sidecar/sidecar-iptables-inbound-empty.ts';
import { sidecarIptablesInboundExclusions } from './sidecar/sidecar-iptables-inbound-exclusions.ts';
import { sidecarIptablesInboundPort } from './sidecar/sidecar-iptables-inbound-port.ts';
import { sidecarIptablesMode } from './sidecar/sidecar-iptables-mode.ts';
import { sidecarIptablesProxyPort } from './sidecar/sidecar-iptables-proxy-port.ts';
import { sidecarIptablesUid } from './sidecar/sidecar-iptables-uid.ts';
import { sidecarNativeAnnotation } from './sidecar/sidecar-native-annotation.ts';
import { sidecarNativeK8sVersion } from './sidecar/sidecar-native-k8s-version.ts';
import { sidecarNativeOrder } from './sidecar/sidecar-native-order.ts';
import { sidecarNativeRestartPolicy } from './sidecar/sidecar-native-restart-policy.ts';
import { sidecarPartialWorkloads } from './sidecar/sidecar-partial-workloads.ts';
import { sidecarProxyWithoutInit } from './sidecar/sidecar-proxy-without-init.ts';
import { sidecarResourceAmbient } from './sidecar/sidecar-resource-ambient.ts';
import { sidecarResourceEgressUnmatched } from './sidecar/sidecar-resource-egress-unmatched.ts';
import { sidecarResourceHidesCalled } from './sidecar/sidecar-resource-hides-called.ts';
import { sidecarResourceOutboundMode } from './sidecar/sidecar-resource-outbound-mode.ts';
import { sidecarResourceRootSelector } from './sidecar/sidecar-resource-root-selector.ts';
import { sidecarSecurityContext } from './sidecar/sidecar-security-context.ts';
import { sidecarStatusAnnotation } from './sidecar/sidecar-status-annotation.ts';
import { sidecarTlsModeLabelMissing } from './sidecar/sidecar-tls-mode-label-missing.ts';
import { sidecarVolumesMissing } from './sidecar/sidecar-volumes-missing.ts';
import { statusConditionNegative } from './status/status-condition-negative.ts';
import { telemetryProviderMissing } from './telemetry/telemetry-provider-missing.ts';
import { webhookCustomSelector } from './webhook/webhook-custom-selector.ts';
import { webhookFailurePolicy } from './webhook/webhook-failure-policy.ts';
import { webhookNeverMatches } from './webhook/webhook-never-matches.ts';
import { webhookOverlap } from './webhook/webhook-overlap.ts';
import { webhookReviewVersion } from './webhook/webhook-review-version.ts';
import { webhookScopeTooWide } from './webhook/webhook-scope-too-wide.ts';
import { webhookServiceMissing } from './webhook/webhook-service-missing.ts';
import { webhookUrlAddress } from './webhook/webhook-url-address.ts';
import { webhookUrlInvalid } from './webhook/webhook-url-invalid.ts';
import { workloadGroupAccountUnknown } from './workload/workload-group-account-unknown.ts';
import { workloadGroupLabelsShared } from './workload/workload-group-labels-shared.ts';
import { yamlAfterEnd } from './yaml/yaml-after-end.ts';
import { yamlBomb } from './yaml/yaml-bomb.ts';
import { yamlDuplicateKey } from './yaml/yaml-duplicate-key.ts';
import { yamlMergeOrder } from './yaml/yaml-merge-order.ts';
import { yamlSyntax } from './yaml/yaml-syntax.ts';
import { yamlTooLarge } from './yaml/yaml-too-large.ts';
import { yamlValueNotString } from './yaml/yaml-value-not-string.ts';

/** All rules, in alphabetical order of their ids. */
export const allRules: readonly Rule[] = [
  ambientAnnotationIgnored,
  ambientConfigUnread,
  ambientIngressBypass,
  ambientL7DenyNoEffect,
  ambientL7PolicyWithoutWaypoint,
  ambientLabelMisplaced,
  ambientModeValueInvalid,
  ambientPeerAuthenticationDisable,
  ambientPolicyHttpOnTcp,
  ambientRouteWithoutWaypoint,
  ambientRoutesMixed,
  ambientSidecarConflict,
  ambientVersionUnsupported,
  ambientWaypointHidesCaller,
  ambientWaypointListener,
  ambientWaypointNotFound,
  ambientWaypointOutsideAmbient,
  ambientWaypointRefuses,
  annotationAlpha,
  annotationCaptureDisabled,
  annotationDeprecated,
  annotationExcludeIneffective,
  annotationIncludePortsRedundant,
  annotationInterceptionNoneCni,
  annotationMisplaced,
  annotationProxyConfigInvalid,
  annotationProxyConfigUnknownField,
  annotationTooNew,
  annotationUnknown,
  annotationValueInvalid,
  envoyFilterContextUnmatched,
  envoyFilterOperationIgnored,
  envoyFilterRelativeOperation,
  gatewayApiAddressUnknown,
  gatewayApiBackendPort,
  gatewayApiBackendTls,
  gatewayApiBackendUnknown,
  gatewayApiCertificateUnknown,
  gatewayApiClassUnknown,
  gatewayApiCrdOld,
  gatewayApiFilterUnsupported,
  gatewayApiGatewaysOverlap,
  gatewayApiGrantNamespaceUnknown,
  gatewayApiListenerDuplicate,
  gatewayApiListenerSetRefused,
  gatewayApiListenerUnsupported,
  gatewayApiParentHostnameMismatch,
  gatewayApiParentListenerUnknown,
  gatewayApiParentRefusesRoute,
  gatewayApiParentUnknown,
  gatewayApiRedirectLoop,
  gatewayApiReferenceNotGranted,
  gatewayApiRoutesCollide,
  gatewayCertificateShared,
  gatewayCredentialInvalid,
  gatewayHostConflict,
  gatewayHttpOn443,
  gatewayPortPrivileged,
  gatewayRedirectLoop,
  gatewayRedirectNowhere,
  gatewayServerConflict,
  gatewayServicePortUnserved,
  injectAnnotationDeprecated,
  injectAnnotationIneffective,
  injectCronjobMetadata,
  injectHostNetwork,
  injectImageAutoWithoutInjection,
  injectInitializerLegacy,
  injectKeyTypo,
  injectLabelAnnotationDisagree,
  injectLabelOnWorkloadMetadata,
  injectManualInAutoNamespace,
  injectNamespaceAnnotation,
  injectNamespaceByDefault,
  injectNamespaceLabelInvalid,
  injectNamespaceLabelOnWorkload,
  injectNamespaceLabelsConflict,
  injectNamespaceNotLabelled,
  injectPodLabelInvalid,
  injectPodLabelOnNamespace,
  injectPodLabelVetoed,
  injectPodNotInjected,
  injectPodOptOut,
  injectPodRevisionIgnored,
  injectRevisionUnknown,
  injectSystemNamespace,
  injectTemplateUnknown,
  injectValueNotString,
  injectWindowsPod,
  istioDeprecatedField,
  istioRemovedResource,
  k8sApiRemoved,
  k8sTypeMissing,
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
  linkerdAnnotationValueInvalid,
  linkerdAppProtocolOpaque,
  linkerdHostNetwork,
  linkerdIdentityUnknown,
  linkerdImageMismatch,
  linkerdInitArgsInconsistent,
  linkerdInjectAsLabel,
  linkerdInjectMisplaced,
  linkerdInjectValueInvalid,
  linkerdJobNeverCompletes,
  linkerdMetadataSwapped,
  linkerdNativeOrder,
  linkerdOpaquePortsMismatch,
  linkerdPolicyReference,
  linkerdPolicyRefused,
  linkerdProbeRefused,
  linkerdProfileName,
  linkerdProxyUid,
  linkerdReservedPort,
  linkerdRouteIneffective,
  linkerdServerFirst,
  linkerdServerUnauthorized,
  linkerdServerUnmatched,
  linkerdWaitBeforeExit,
  meshDoubleInjection,
  multiclusterRegistryUnknown,
  multiclusterServiceDiffers,
  policyAddressUnseen,
  policyCallerUnidentified,
  policyGatewayRefused,
  policyHostUnmatched,
  policyIdentityWithoutMtls,
  policyJwksUnrestricted,
  policyMethodUnmatched,
  policyMtlsNotSpoken,
  policyNamespaceUnknown,
  policyOverridden,
  policyPathUnmatched,
  policyPrincipalUnknown,
  policyProbeRefused,
  policyProviderUnknown,
  policyRootSelectorIgnored,
  policyRuleUnmatched,
  policySelectorGatewayApi,
  policySelectorUnmatched,
  policySeveralDefaults,
  policySeveralForPods,
  policyTargetUnknown,
  policyTokenOptional,
  policyTokenUnread,
  policyWorkloadUncovered,
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
  routeClaimUnauthenticated,
  routeDelegateLost,
  routeDestinationDuplicate,
  routeDestinationNoEndpoints,
  routeDestinationRuleDuplicate,
  routeDestinationRuleNoCa,
  routeDestinationRuleTlsMismatch,
  routeExportToUnknown,
  routeGatewayInternal,
  routeGatewayKind,
  routeGatewayPort,
  routeGatewaySelector,
  routeGatewayUnknown,
  routeGrpcOverHttp1,
  routeHostDuplicate,
  routeHostNotCalled,
  routeHostNotInGateway,
  routeHostUnknown,
  routeIngressClass,
  routeIngressPortNotHttp,
  routeKindMismatch,
  routeMatchIneffective,
  routeMatchLiteral,
  routeMatchUnmet,
  routeNotExported,
  routeOrderUndefined,
  routePlainToHttps,
  routePortLevelDrops,
  routePortUnknown,
  routeRetriesIneffective,
  routeRewriteSlashes,
  routeRolloutInvalid,
  routeRuleUnreachable,
  routeSubsetNoLabels,
  routeSubsetNoPods,
  routeSubsetNotForIngress,
  routeSubsetUndefined,
  routeTlsOriginationMismatch,
  routeWeightTotal,
  runtimeDnsPolicy,
  runtimeHoldIneffective,
  runtimeInitNetwork,
  runtimeJobNeverCompletes,
  runtimeLocalhostListener,
  runtimeMtlsPortLevel,
  runtimeNetworkPolicyControlPlane,
  runtimeNetworkPolicyHbone,
  runtimeNodePortStrict,
  runtimePodSecurityCapabilities,
  runtimePodSecuritySeccomp,
  runtimeProbeNotRewritten,
  runtimeProbePortUnresolved,
  runtimeProxyUid,
  runtimeReservedPort,
  runtimeServicePortReserved,
  runtimeStartOrder,
  runtimeStrictOutsideCaller,
  runtimeTerminationDrain,
  runtimeTokenAutomount,
  schemaAuthorizationPolicyAction,
  schemaAuthorizationPolicyCondition,
  schemaAuthorizationPolicyDenyTcp,
  schemaAuthorizationPolicyRule,
  schemaCel,
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
  schemaMissingField,
  schemaNamespaceHost,
  schemaNegativeNumber,
  schemaOneOf,
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
  schemaUnknownField,
  schemaValueInvalid,
  schemaVersionTooNew,
  schemaVersionUnserved,
  schemaVirtualServiceAction,
  schemaVirtualServiceGateway,
  schemaVirtualServiceMatch,
  schemaVirtualServiceRoute,
  schemaVirtualServiceSni,
  schemaWasmPlugin,
  schemaWorkloadEntry,
  schemaWorkloadSelector,
  schemaWrongType,
  serviceEntryHostDuplicate,
  serviceEntryHttpPort443,
  serviceEntryNoAddresses,
  serviceExportToInvalid,
  serviceHeadlessSticky,
  serviceHeadlessTargetPort,
  serviceMixedMeshMembership,
  servicePodNoService,
  servicePodSingleService,
  serviceProtocolConflict,
  serviceSelectsNothing,
  serviceTargetPortInconsistent,
  serviceTargetPortShared,
  serviceTargetPortUndeclared,
  serviceTargetPortUnresolved,
  sidecarAnnotationDrift,
  sidecarCniInitPresent,
  sidecarDuplicate,
  sidecarImageVersionMismatch,
  sidecarInitWithoutProxy,
  sidecarIptablesCidr,
  sidecarIptablesInboundEmpty,
  sidecarIptablesInboundExclusions,
  sidecarIptablesInboundPort,
  sidecarIptablesMode,
  sidecarIptablesProxyPort,
  sidecarIptablesUid,
  sidecarNativeAnnotation,
  sidecarNativeK8sVersion,
  sidecarNativeOrder,
  sidecarNativeRestartPolicy,
  sidecarPartialWorkloads,
  sidecarProxyWithoutInit,
  sidecarResourceAmbient,
  sidecarResourceEgressUnmatched,
  sidecarResourceHidesCalled,
  sidecarResourceOutboundMode,
  sidecarResourceRootSelector,
  sidecarSecurityContext,
  sidecarStatusAnnotation,
  sidecarTlsModeLabelMissing,
  sidecarVolumesMissing,
  statusConditionNegative,
  telemetryProviderMissing,
  webhookCustomSelector,
  webhookFailurePolicy,
  webhookNeverMatches,
  webhookOverlap,
  webhookReviewVersion,
  webhookScopeTooWide,
  webhookServiceMissing,
  webhookUrlAddress,
  webhookUrlInvalid,
  workloadGroupAccountUnknown,
  workloadGroupLabelsShared,
  yamlAfterEnd,
  yamlBomb,
  yamlDuplicateKey,
  yamlMergeOrder,
  yamlSyntax,
  yamlTooLarge,
  yamlValueNotString,
];
