import type { Rule } from '@meshvet/core';
import { ambientAnnotationIgnored } from './ambient/ambient-annotation-ignored.ts';
import { ambientL7DenyNoEffect } from './ambient/ambient-l7-deny-no-effect.ts';
import { ambientL7PolicyWithoutWaypoint } from './ambient/ambient-l7-policy-without-waypoint.ts';
import { ambientLabelMisplaced } from './ambient/ambient-label-misplaced.ts';
import { ambientModeValueInvalid } from './ambient/ambient-mode-value-invalid.ts';
import { ambientSidecarConflict } from './ambient/ambient-sidecar-conflict.ts';
import { ambientVersionUnsupported } from './ambient/ambient-version-unsupported.ts';
import { ambientWaypointNotFound } from './ambient/ambient-waypoint-not-found.ts';
import { injectAnnotationDeprecated } from './inject/inject-annotation-deprecated.ts';
import { injectAnnotationIneffective } from './inject/inject-annotation-ineffective.ts';
import { injectCronjobMetadata } from './inject/inject-cronjob-metadata.ts';
import { injectHostNetwork } from './inject/inject-host-network.ts';
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
import { linkerdAppProtocolOpaque } from './linkerd/linkerd-app-protocol-opaque.ts';
import { linkerdInjectAsLabel } from './linkerd/linkerd-inject-as-label.ts';
import { linkerdInjectMisplaced } from './linkerd/linkerd-inject-misplaced.ts';
import { linkerdInjectValueInvalid } from './linkerd/linkerd-inject-value-invalid.ts';
import { linkerdOpaquePortsMismatch } from './linkerd/linkerd-opaque-ports-mismatch.ts';
import { portAppProtocolEmpty } from './port/port-app-protocol-empty.ts';
import { portAppProtocolNameMismatch } from './port/port-app-protocol-name-mismatch.ts';
import { portAppProtocolPrefixForm } from './port/port-app-protocol-prefix-form.ts';
import { portAppProtocolUnknown } from './port/port-app-protocol-unknown.ts';
import { portAppProtocolUnsupportedVersion } from './port/port-app-protocol-unsupported-version.ts';
import { portExternalNameTcp } from './port/port-external-name-tcp.ts';
import { portNameMissing } from './port/port-name-missing.ts';
import { portNameMissingSeparator } from './port/port-name-missing-separator.ts';
import { portNameProtocolPrefix } from './port/port-name-protocol-prefix.ts';
import { portNameUdpOnTcp } from './port/port-name-udp-on-tcp.ts';
import { portNameVersionUnsupported } from './port/port-name-version-unsupported.ts';
import { portProtocolTlsMismatch } from './port/port-protocol-tls-mismatch.ts';
import { portServerFirstUndeclared } from './port/port-server-first-undeclared.ts';
import { portUdpNotProxied } from './port/port-udp-not-proxied.ts';
import { runtimeDnsPolicy } from './runtime/runtime-dns-policy.ts';
import { runtimeLocalhostListener } from './runtime/runtime-localhost-listener.ts';
import { runtimeMtlsPortLevel } from './runtime/runtime-mtls-port-level.ts';
import { runtimeNetworkPolicyControlPlane } from './runtime/runtime-network-policy-control-plane.ts';
import { runtimeNetworkPolicyHbone } from './runtime/runtime-network-policy-hbone.ts';
import { runtimeNodePortStrict } from './runtime/runtime-node-port-strict.ts';
import { runtimeProbeNotRewritten } from './runtime/runtime-probe-not-rewritten.ts';
import { runtimeProbePortUnresolved } from './runtime/runtime-probe-port-unresolved.ts';
import { runtimeTokenAutomount } from './runtime/runtime-token-automount.ts';
import { serviceMixedMeshMembership } from './service/service-mixed-mesh-membership.ts';
import { servicePodNoService } from './service/service-pod-no-service.ts';
import { servicePodSingleService } from './service/service-pod-single-service.ts';
import { serviceProtocolConflict } from './service/service-protocol-conflict.ts';
import { serviceSelectsNothing } from './service/service-selects-nothing.ts';
import { serviceTargetPortInconsistent } from './service/service-target-port-inconsistent.ts';
import { serviceTargetPortShared } from './service/service-target-port-shared.ts';
import { serviceTargetPortUndeclared } from './service/service-target-port-undeclared.ts';
import { serviceTargetPortUnresolved } from './service/service-target-port-unresolved.ts';
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
  ambientL7DenyNoEffect,
  ambientL7PolicyWithoutWaypoint,
  ambientLabelMisplaced,
  ambientModeValueInvalid,
  ambientSidecarConflict,
  ambientVersionUnsupported,
  ambientWaypointNotFound,
  injectAnnotationDeprecated,
  injectAnnotationIneffective,
  injectCronjobMetadata,
  injectHostNetwork,
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
  linkerdAppProtocolOpaque,
  linkerdInjectAsLabel,
  linkerdInjectMisplaced,
  linkerdInjectValueInvalid,
  linkerdOpaquePortsMismatch,
  portAppProtocolEmpty,
  portAppProtocolNameMismatch,
  portAppProtocolPrefixForm,
  portAppProtocolUnknown,
  portAppProtocolUnsupportedVersion,
  portExternalNameTcp,
  portNameMissing,
  portNameMissingSeparator,
  portNameProtocolPrefix,
  portNameUdpOnTcp,
  portNameVersionUnsupported,
  portProtocolTlsMismatch,
  portServerFirstUndeclared,
  portUdpNotProxied,
  runtimeDnsPolicy,
  runtimeLocalhostListener,
  runtimeMtlsPortLevel,
  runtimeNetworkPolicyControlPlane,
  runtimeNetworkPolicyHbone,
  runtimeNodePortStrict,
  runtimeProbeNotRewritten,
  runtimeProbePortUnresolved,
  runtimeTokenAutomount,
  serviceMixedMeshMembership,
  servicePodNoService,
  servicePodSingleService,
  serviceProtocolConflict,
  serviceSelectsNothing,
  serviceTargetPortInconsistent,
  serviceTargetPortShared,
  serviceTargetPortUndeclared,
  serviceTargetPortUnresolved,
  yamlAfterEnd,
  yamlBomb,
  yamlDuplicateKey,
  yamlMergeOrder,
  yamlSyntax,
  yamlTooLarge,
  yamlValueNotString,
];
