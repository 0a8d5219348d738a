// The public surface of the engine, and nothing else.

export { ambientNamespaces, ambientOf, isAmbientEndpoint, isAmbientNamespace } from './ambient/ambient-mode.ts';
export { type CoveredPods, coveredPods, namespacesWithGateways } from './ambient/covered-pods.ts';
export { type HiddenCaller, hiddenCaller } from './ambient/hidden-callers.ts';
export { type HttpOnTcp, httpRulesOnTcp } from './ambient/http-on-tcp.ts';
export {
  asksForEnvoy,
  type LoneTarget,
  loneTargets,
  type UntargetedConfig,
  untargetedConfig,
} from './ambient/unread-config.ts';
export {
  type NamedWaypoint,
  namedWaypoint,
  namespaceChoice,
  refusedBy,
  surelyWithoutWaypoint,
  USE_WAYPOINT_KEY,
  USE_WAYPOINT_NAMESPACE_KEY,
  WAYPOINT_FOR_KEY,
  type Waypoint,
  type WaypointChoice,
  type WaypointRefusal,
  waypointChoice,
  waypointNamed,
  waypointOf,
} from './ambient/waypoints.ts';
export {
  asksForHttp,
  kialiPolicyCodes,
  unaskedPods,
  type ZtunnelRule,
  ztunnelPolicyOf,
} from './ambient/ztunnel-policy.ts';
export {
  type Canonical,
  canonicalName,
  canonicalRevision,
  canonicalState,
  hasReadableLabels,
  labelOnWorkloadOnly,
  nameKeys,
  versionKeys,
} from './cluster/canonical.ts';
export { durationNanoseconds, MILLISECOND, SECOND } from './cluster/durations.ts';
export {
  hostCovers,
  hostsOverlap,
  isDnsLabel,
  isDomainName,
  isPartialWildcard,
  isWildcardDomain,
  nameFault,
} from './cluster/host-names.ts';
export {
  isIpAddress,
  isIpPrefix,
  isIpv4Address,
  isIpv6Address,
  prefixesOverlap,
} from './cluster/ip-prefix.ts';
export { ignoredNamespaces, isSystemNamespace, type Namespace, SYSTEM_NAMESPACES } from './cluster/namespaces.ts';
export {
  appProtocolSince,
  classOf,
  knownTokens,
  type PortFacts,
  type PortProtocol,
  type Protocol,
  type ProtocolClass,
  portProtocol,
  protocolOfText,
  readsAppProtocol,
  tokenOf,
  tokenReleases,
  WELL_KNOWN_TCP_PORTS,
} from './cluster/protocol.ts';
export { portLabel, type Service, type ServicePort } from './cluster/services.ts';
export {
  applicationContainers,
  type Container,
  type ContainerPort,
  isControlPlane,
  isIstiod,
  isManagedGateway,
  ownsByWrittenSelector,
  type Workload,
} from './cluster/workloads.ts';
export {
  CONFIG_DEFAULTS,
  type Config,
  type MeshConfigKeys,
  type OverrideConfig,
  PRESETS,
  type PresetName,
  type ProjectConfig,
  type RuleSetting,
  type RuleSeverity,
} from './config/config.ts';
export { type ConfigReferences, configReferences } from './config/config-references.ts';
export { configSchema, configSchemaText } from './config/config-schema.ts';
export { type EffectiveConfig, effectiveConfig } from './config/effective-config.ts';
export { matchAny, tidyPath } from './config/glob.ts';
export { mergeConfigs } from './config/merge-configs.ts';
export { type FoundRules, findRules, ignores, type RuleIndex, ruleIndex } from './config/resolve-config.ts';
export { type ConfigError, type ConfigResult, readConfig } from './config/validate-config.ts';
export { type InjectAnnotation, injectAnnotation, isInjectedAnyway } from './enrolment/inject-annotation.ts';
export { meantKey } from './enrolment/inject-key-typo.ts';
export { isWish, meaningOf } from './enrolment/inject-value.ts';
export { asksInVain, speaksInVain } from './enrolment/injection-mistakes.ts';
export { imageMismatches } from './enrolment/injector-image.ts';
export { meantTemplate } from './enrolment/meant-template.ts';
export { evidenceFor, evidenceForNamespace } from './enrolment/mesh-evidence.ts';
export { isMisspeltNativeKey } from './enrolment/native-key-typo.ts';
export { type InjectedPods, injectedPods, POD_SECURITY } from './enrolment/pod-security.ts';
export { CONNECTION_MANAGERS, DEPRECATED_FILTER_NAMES } from './envoy/envoy-filter-names.ts';
export {
  type EnvoyFilter,
  type EnvoyPatch,
  envoyFilterOf,
  envoyFilters,
  isAppliedAllTheSame,
  verdictOf,
} from './envoy/envoy-filters.ts';
export { applyEdits, type TextEdit } from './fix/apply-edits.ts';
export { fixFiles } from './fix/fix-files.ts';
export type { FixedFile, FixOptions, FixResult, WithdrawnFix } from './fix/fix-result.ts';
export { unifiedDiff } from './fix/unified-diff.ts';
export { type Attachment, attachmentOf, type Refusal } from './gateway-api/attachment.ts';
export {
  type AuthorityFault,
  type AuthorityReference,
  authorityFault,
  clientAuthoritiesOf,
  configMapsAt,
} from './gateway-api/authorities.ts';
export {
  BACKEND_TLS_POLICY_TYPE,
  type BackendTlsPolicy,
  backendTlsPolicyOf,
  hasGatewaysOfIstioAlone,
  type NamedPort,
  rivalPolicy,
  type TargetFault,
  type TlsTarget,
  targetFault,
} from './gateway-api/backend-tls-policies.ts';
export { lookupBackend, lookupServiceEntry } from './gateway-api/backends.ts';
export {
  certificatesOf,
  clientCertificatesOf,
  secretsByName,
} from './gateway-api/certificate-refs.ts';
export { type AddressFault, addressFaults } from './gateway-api/gateway-addresses.ts';
export { CLASSES_OF_ISTIO, isServedByIstio } from './gateway-api/gateway-classes.ts';
export { GATEWAY_ROUTE_TYPES, type GatewayRoute, gatewayRouteOf } from './gateway-api/gateway-routes.ts';
export {
  KUBERNETES_GATEWAY_TYPES,
  type KubernetesGateway,
  kubernetesGatewayOf,
  kubernetesGateways,
  type Listener,
  lookupKubernetesGateway,
} from './gateway-api/kubernetes-gateways.ts';
export {
  clashOf,
  conflictsOfListenerSet,
  type ListenerClash,
  type SetConflict,
} from './gateway-api/listener-conflicts.ts';
export { parentOfListenerSet, type SetAdmission, takesListenerSet } from './gateway-api/listener-sets.ts';
export { type GrantTarget, isGranted } from './gateway-api/reference-grants.ts';
export {
  type BackendReference,
  GATEWAY_API_GROUP,
  type ParentKind,
  type ParentReference,
} from './gateway-api/references.ts';
export {
  kubernetesGatewayToJudge,
  namesakeElsewhere,
  refusedParents,
  routeToJudge,
  surelyMeets,
} from './gateway-api/refused-parents.ts';
export { type UnsupportedFilter, unsupportedFilters } from './gateway-api/unsupported-filters.ts';
export { type ListenerFault, listenerFaults } from './gateway-api/unsupported-listeners.ts';
export type { Enrolment } from './injection/ambient.ts';
export {
  ANNOTATED_TYPES,
  isDeprecatedForIstioctl,
  isInIstioDomain,
  isInPlace,
  JUDGED_BY_ISTIOCTL,
  meshAnnotations,
  type PlacedAnnotation,
} from './injection/annotation-places.ts';
export {
  type Cause,
  DATAPLANE_KEY,
  type Fact,
  INJECT_KEY,
  INJECTION_KEY,
  type Injection,
  type Outcome,
  REVISION_KEY,
  TEMPLATES_KEY,
  wishOf,
} from './injection/injection.ts';
export type { InjectionChange, LabelChange } from './injection/injection-change.ts';
export { knownTemplates, knowsAllTemplates, templateSince } from './injection/injector-templates.ts';
export { chartWebhooks, revisionsBesideDefault } from './injection/injector-webhooks.ts';
export { LINKERD_INJECT_KEY, type LinkerdInjection } from './injection/linkerd.ts';
export type { Admission, Membership, MembershipMode } from './injection/membership.ts';
export { type FormDecision, NATIVE_SIDECAR_KEY, type Sidecar, type SidecarForm } from './injection/sidecar.ts';
export {
  INTERCEPTION_MODE_KEY,
  type IptablesOption,
  imageNameOf,
  OVERRIDES_KEY,
  type ProxyInitOption,
  type ProxyRole,
  parsed,
  STATUS_KEY,
  tagOf,
  variablesOf,
  type WrittenSidecar,
} from './injection/written-sidecar.ts';
export type { Argument, CommandLine } from './installation/command-line.ts';
export { type EmbeddedText, PROXY_CONFIG_KEY } from './installation/embedded.ts';
export type { Installation, Known } from './installation/installation.ts';
export { isUsed, type MeshSign, type MeshSubject, type MeshUse, usesMesh } from './installation/mesh-use.ts';
export {
  type InstallationSettings,
  istioAtLeast,
  kubernetesAtLeast,
  type LabelSelectorSettings,
  type MeshSettings,
  meshSettings,
  type NativeSidecars,
  PROFILES,
  type ProfileName,
} from './installation/settings.ts';
export { atLeast, formatVersion, parseVersion, type Version } from './installation/version.ts';
export { callsForPods, isDeactivating } from './installation/webhook-entries.ts';
export { LINKERD_INJECT_VALUES, linkerdServes } from './linkerd/linkerd-evidence.ts';
export { hasLinkerd, linkerdForm, linkerdSetting, writtenLinkerdProxy } from './linkerd/linkerd-proxy.ts';
export {
  isInPortList,
  linkerdProtocol,
  OPAQUE_PORTS_KEY,
  type OpaquePorts,
  opaquePortsOf,
} from './linkerd/opaque-ports.ts';
export { type Authorization, authorizationsOf, authorizationsOfRoute } from './linkerd-policy/authorizations.ts';
export { accountsIn, identitiesIn, lookupAccount, readIdentity } from './linkerd-policy/identities.ts';
export {
  isWholeBeside,
  LINKERD_POLICY_GROUP,
  lookupNamed,
  type PolicyReference,
  readReference,
} from './linkerd-policy/objects.ts';
export { type RefusedProbe, refusedProbes } from './linkerd-policy/probes.ts';
export { JUDGED_POLICIES, type PolicyRefusal, policyRefusals } from './linkerd-policy/refused-policies.ts';
export { type RouteAnnotationProblem, routeAnnotationProblems } from './linkerd-policy/route-annotations.ts';
export {
  inboundRoutes,
  isOutboundOfLinkerd,
  isServer,
  LINKERD_ROUTE_TYPES,
  type LinkerdRoute,
  linkerdRouteOf,
  unknownFilters,
} from './linkerd-policy/routes.ts';
export {
  earlierServer,
  isMeshed,
  lookupPodsOf,
  type Server as LinkerdServer,
  serverOf,
  serverPortFault,
  serversIn,
} from './linkerd-policy/servers.ts';
export {
  type Baseline,
  type BaselineEntry,
  type BaselineError,
  type BaselinePath,
  baselineExcess,
  baselineOf,
  baselineText,
  pruneBaseline,
  readBaseline,
  withBaseline,
} from './lint/baseline.ts';
export { describeRules } from './lint/describe-rules.ts';
export { type Explanation, explainWorkloads } from './lint/explain.ts';
export { explainTraffic } from './lint/explain-traffic.ts';
export type { Report } from './lint/finding.ts';
export { type LintSetup, lint, SetupError } from './lint/lint.ts';
export { type Change, type ChangedLines, onlyChanged } from './lint/only-changed.ts';
export type {
  Edit,
  FileCounts,
  Finding,
  LintResult,
  Location,
  RelatedLocation,
  ResourceRef,
  RuleDescription,
  RuleFailure,
  Severity,
  SkipNote,
  SuppressedFinding,
  Timings,
  Undecided,
  UnusedSuppression,
} from './lint/result.ts';
export type {
  DestinationReport,
  EndpointReport,
  PlaceReport,
  ReachAnswer,
  ReachReport,
  RequestReport,
  StepReport,
  TargetReport,
  Told,
  TraceReport,
  Verdict,
} from './lint/trace-result.ts';
export type { ReachQuestion, TrafficAnswer, TrafficQuestion } from './lint/traffic-question.ts';
export type { FactReport, IdentityPart, PortReport, ServiceReport, WorkloadReport } from './lint/workload-result.ts';
export { folderOf } from './manifest/folders.ts';
export {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  ENVOY_FILTER,
  GATEWAY,
  ISTIO_TYPES,
  PEER_AUTHENTICATION,
  PROXY_CONFIG,
  REQUEST_AUTHENTICATION,
  SERVICE_ENTRY,
  SIDECAR,
  TELEMETRY,
  TRAFFIC_EXTENSION,
  VIRTUAL_SERVICE,
  WASM_PLUGIN,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
} from './manifest/istio-types.ts';
export { WORKLOAD_TYPES, workloadKindOf } from './manifest/kinds.ts';
export type { LabelSet } from './manifest/label-set.ts';
export { Labels } from './manifest/labels.ts';
export { type Answer, elsewhere, found, type Lookup, MISSING } from './manifest/lookup.ts';
export { type MetadataMap, metadataMaps } from './manifest/metadata-maps.ts';
export { isPatchedAnywhere } from './manifest/patched.ts';
export { type PodMetadata, podMetadataOf } from './manifest/pod-metadata.ts';
export { podTemplateOf } from './manifest/pod-template.ts';
export { removedApi } from './manifest/removed-apis.ts';
export {
  fileOf,
  identityOf,
  isPatchedAt,
  isSettled,
  nameOf,
  type Resource,
  type Rewrites,
  writtenNameOf,
} from './manifest/resource.ts';
export { flatSelector, labelSelector, matches, type Requirement, type Selector } from './manifest/selectors.ts';
export { specOf } from './manifest/spec-of.ts';
export { isBrokenOnPurpose, testFolderOf } from './manifest/test-data.ts';
export { isEmptyList, isUnset, lacks, lacksText, mappings, texts } from './manifest/written-fields.ts';
export { NAMESPACE_MESH_LABELS } from './mesh/admissions.ts';
export { applicationHasSidecar, applicationInMesh } from './mesh/applications.ts';
export type { Behind } from './mesh/behind.ts';
export { otherClusters, type ServiceElsewhere, servicesElsewhere } from './mesh/clusters.ts';
export { istiodEnvironment } from './mesh/istiod-environment.ts';
export { knownNamespaces } from './mesh/known-namespaces.ts';
export type { MadeOutside } from './mesh/made-outside.ts';
export { makerOfSecret, makerOfService, secretsMade } from './mesh/makers.ts';
export { Mesh } from './mesh/mesh.ts';
export type { MeshInput } from './mesh/mesh-input.ts';
export { namespacesOf } from './mesh/namespaces-of.ts';
export { resourceAt } from './mesh/resource-at.ts';
export { namespaceOf, workloadOf, workloadsSurelyIn } from './mesh/resource-workload.ts';
export { isSelected } from './mesh/selected-labels.ts';
export { surelyBehind } from './mesh/surely-behind.ts';
export type { ResolvedTarget } from './mesh/targets.ts';
export { workloadsIn } from './mesh/workloads-by-namespace.ts';
export { type CalledName, calledHosts } from './names/called-hosts.ts';
export {
  carries,
  type Endpoint,
  endpointsByLabel,
  endpointsOf,
  endpointsOfService,
  type HostEndpoints,
} from './names/host-endpoints.ts';
export {
  type HostLookup,
  type HostTarget,
  hostTargets,
  lookupHost,
  type MissingHost,
  type TargetPort,
} from './names/host-targets.ts';
export {
  covers,
  EXPORT_TO_KEY,
  exportsOf,
  HostIndex,
  type HostName,
  hasExportTo,
  hostNameOf,
  isVisibleIn,
  overlap,
  readersOf,
  seenTogether,
} from './names/hosts.ts';
export {
  type DeclaredPort,
  declaredPorts,
  type EntryPort,
  entriesMeet,
  inOneMesh,
  type ServiceEntry,
  serviceEntries,
  serviceEntryOf,
} from './names/service-entries.ts';
export { applicationInitContainers, runningAs } from './pods/effective-identity.ts';
export { endsByItself } from './pods/ends-by-itself.ts';
export { listenHints } from './pods/listen-address.ts';
export { isMadeByAnother } from './pods/made-by-another.ts';
export { areRolloutPair, namesakes, sameRevision, uniqueAppOf } from './pods/namesakes.ts';
export { networkUse } from './pods/network-use.ts';
export { type Probe, portNumberOf, probesOf } from './pods/probes.ts';
export { endingsOf, runToCompletion } from './pods/run-to-completion.ts';
export { runningPod } from './pods/running-pod.ts';
export { graceOf, preStopSleep } from './pods/termination.ts';
export { declaresPorts, portsAreKnown, withVariants } from './ports/declared-ports.ts';
export { protocolKind } from './ports/declared-protocol.ts';
export { appProtocolReleases, nameTokens, namingDefects, separatorSplit } from './ports/naming-defects.ts';
export {
  isAmbient,
  istioPorts,
  judgedBehind,
  linkerdPorts,
  portMisuses,
  targetMisuses,
} from './ports/reserved-ports.ts';
export { declaredServerFirst, serverFirstAt, serverFirstEvidence } from './ports/server-first.ts';
export {
  judgesTargets,
  readablePorts,
  readsPortsOf,
  sendsToApplications,
  serviceOf,
  targetNumber,
  targetPlace,
} from './ports/service-ports.ts';
export {
  groupsAcross,
  groupsWithin,
  numberClashes,
  type PodPort,
  type PodPortGroup,
  speaksFor,
} from './ports/shared-pod-ports.ts';
export { mentionsTls, type SpokenProtocol, spokenProtocol } from './ports/spoken-protocol.ts';
export { type AnnotationProblem, isQuantity, valueProblem } from './proxy/annotation-values.ts';
export {
  type FeatureStatus,
  FIRST_WITH_OTHER_ANNOTATIONS,
  ISTIO_ANNOTATION_TABLE,
  type IstioAnnotation,
  type IstioMinor,
  istioAnnotation,
  REMOVED_ANNOTATIONS,
  type ValueKind,
} from './proxy/istio-annotations.ts';
export { ISTIO_ANNOTATIONS, ISTIO_LABELS, OTHER_ISTIO_KEYS } from './proxy/istio-keys.ts';
export { isInLinkerdConfigDomain, LINKERD_CONFIG, type LinkerdMinor } from './proxy/linkerd-annotations.ts';
export { linkerdValueProblem } from './proxy/linkerd-values.ts';
export { scrapePortProblem } from './proxy/prometheus-annotations.ts';
export { type ProxyConfigProblem, proxyConfigProblems } from './proxy/proxy-config.ts';
export { FIRST_WITH_OTHER_FIELDS } from './proxy/proxy-config-fields.ts';
export { codeFrame } from './reporters/code-frame.ts';
export { counted } from './reporters/counted.ts';
export { beginning, cutText } from './reporters/cut-text.ts';
export { FORMAT_FILES, FORMATS, type FormatName, MAX_SARIF_RESULTS } from './reporters/formats.ts';
export { loadReporter } from './reporters/load-reporter.ts';
export { type Paint, painter } from './reporters/paint.ts';
export { plainFinding } from './reporters/plain-finding.ts';
export type { Reporter, ReportInfo } from './reporters/reporter.ts';
export { reachText, tracesText, traceText } from './reporters/trace-text.ts';
export { visibleJson, visibleText } from './reporters/visible-text.ts';
export { whyTable, whyText } from './reporters/why-text.ts';
export {
  type MixedRoutes,
  mixedRoutes,
  type RuleSettings,
  ruleSettings,
  type UnheldRoute,
  unheldRoutes,
} from './routing/ambient-routes.ts';
export {
  type DestinationRule,
  destinationRules,
  destinationRulesByHost,
  type Subset,
} from './routing/destination-rules.ts';
export {
  type CoveredHost,
  coveredHost,
  droppedServers,
  type ServerClash,
  serverClash,
} from './routing/gateway-clashes.ts';
export { type GatewayPair, gatewaysBeside } from './routing/gateway-pairs.ts';
export {
  certificateNames,
  credentialFields,
  isTlsServer,
  sharesCertificate,
  terminatesTls,
} from './routing/gateway-tls.ts';
export {
  type Gateway,
  type GatewayHost,
  type GatewayServer,
  gatewayOf,
  gateways,
  isScopedToNamespace,
  isSurelyNoGateway,
  lookupGateway,
  workloadsOfGateway,
} from './routing/gateways.ts';
export {
  type IngressBackend,
  ISTIO_CONTROLLER,
  ingressBackends,
  ingressClassOf,
  isIngress,
} from './routing/ingress.ts';
export {
  isEverything,
  type LostMatch,
  type LostMatches,
  lostMatches,
  type Match,
  matchCovers,
  placeOfMatch,
  placeOfRule,
  readMatch,
  type TakenBy,
} from './routing/route-matches.ts';
export {
  type Destination,
  destinationsByHost,
  destinationsOf,
  type GatewayReference,
  gatewayReference,
  isForMesh,
  type LeadingRoute,
  type Route,
  type VirtualHost,
  type VirtualService,
  virtualServiceOf,
  virtualServices,
  virtualServicesByHost,
} from './routing/routes.ts';
export {
  destinationRuleToJudge,
  mayHaveService,
  settledRoutes,
  virtualServiceToJudge,
} from './routing/routes-to-judge.ts';
export { originatesTls } from './routing/tls-origination.ts';
export { connectionPools, type TrafficPolicy, trafficPolicies } from './routing/traffic-policies.ts';
export { isBoundToMesh, isGatewayName, writtenDestinations } from './routing/virtual-service-parts.ts';
export { INGRESS_USE_WAYPOINT_KEY, type WaypointBypass, waypointBypasses } from './routing/waypoint-bypass.ts';
export {
  defineRule,
  type ExampleSettings,
  type MessageData,
  type MessageWords,
  type Related,
  type ReportFunction,
  type ReportOptions,
  type Rule,
  type RuleContext,
  type RuleDefinition,
  type RuleExample,
  type RuleMeta,
  type SubjectKind,
  type SubjectMap,
  type Target,
  type TextTarget,
  type WeighedSeverity,
} from './rule/define-rule.ts';
export { type LateRule, loadRule, type RuleHead } from './rule/late-rule.ts';
export { meshSubjectOf } from './rule/rule-subject.ts';
export { celSyntaxFault } from './schema/cel-syntax.ts';
export { ruleKey } from './schema/known-rules.ts';
export { re2Fault } from './schema/re2-fault.ts';
export type { History, Version as ShapeVersion } from './schema/releases.ts';
export type { CelRule } from './schema/schema.ts';
export { fieldAt, type Shape, type ShapeBasis, type ShapeFault, type TooNew } from './schema/shapes.ts';
export type { Fault, Path, ValueProblem } from './schema/walk.ts';
export { isMeshConfigOf } from './security/mesh-config-reach.ts';
export { mtlsOfNamespace, type NamespaceMtls, namespaceOfHost, standsBeside } from './security/namespace-mtls.ts';
export {
  admitsPort,
  mayMatch,
  type NetworkPolicy,
  type NetworkRule,
  networkPolicyOf,
  policiesFor,
  surelySelected,
} from './security/network-policies.ts';
export {
  type Mtls,
  type MtlsMode,
  mtlsOf,
  mtlsPassedOver,
  type PassedPeerAuthentication,
  type PeerAuthentication,
  peerAuthentications,
} from './security/peer-authentication.ts';
export { areRivals, isReadOnce, scopeOf, selectionsByScope, selectionToJudge } from './security/policies.ts';
export { knowsPoliciesOf } from './security/policy-reach.ts';
export {
  endpointsSelected,
  lookupSelected,
  type PolicySelection,
  policySelection,
} from './security/policy-selection.ts';
export {
  ATTACHED_POLICIES,
  lookupPolicyTarget,
  nearTarget,
  type PolicyTarget,
  policyTargets,
} from './security/policy-targets.ts';
export {
  type JwtRule,
  type RequestAuthentication,
  type RequestAuthentications,
  requestAuthenticationOf,
  requestAuthenticationsFor,
} from './security/request-authentication.ts';
export {
  accountPath,
  type ServiceAccounts,
  serviceAccounts,
  serviceAccountsElsewhere,
} from './security/service-accounts.ts';
export { lacksAuthority, type SecretFault, secretFault } from './security/tls-secrets.ts';
export { isRedirected, proxyUserOf } from './sidecar/capture.ts';
export { type InboundCapture, inboundCapture, isCaptured } from './sidecar/inbound-capture.ts';
export {
  type InjectionStatus,
  injectorTakes,
  isOfTheMesh,
  judgedLinkerd,
  judgedSidecar,
  listItems,
  lists,
  renderedBy,
  securitySetting,
  sidecarParts,
  statusOf,
  statusPortOf,
} from './sidecar/judged-sidecar.ts';
export { nativeOrderFault } from './sidecar/native-order.ts';
export { isCapturedOutbound } from './sidecar/outbound-capture.ts';
export { probeRewriting, REWRITE_KEY } from './sidecar/probe-rewriting.ts';
export { proxyConfigOf } from './sidecar/proxy-config-text.ts';
export {
  meshProxyMetadata,
  podProxyConfig,
  proxyField,
  proxyMetadata,
  proxySetting,
  secondsOf,
} from './sidecar/proxy-settings.ts';
export { didYouMean } from './source/did-you-mean.ts';
export { Field } from './source/field.ts';
export { addTo, groupBy } from './source/grouping.ts';
export { isPlaceholder, isPlaceholderFor } from './source/placeholder.ts';
export { isPlainMapping } from './source/plain-mapping.ts';
export type { Position, Range, Span } from './source/position.ts';
export type { Problem, ProblemData, ProblemKind, SkipReason } from './source/problem.ts';
export { SEVERITIES } from './source/severity.ts';
export { type FileProblem, type InputFile, SourceFile } from './source/source-file.ts';
export { yamlText } from './source/yaml-text.ts';
export { arrivalAt, type Connection, type GatewayHandling, gatewayAdmission } from './traffic/arrival.ts';
export { type Admittance, admittanceOf, providerOf } from './traffic/authorization.ts';
export { callersMeant, callsWithoutIdentity, type PlainCalls } from './traffic/authorization-callers.ts';
export {
  isOfHttp,
  isOfIdentity,
  type Peer,
  type Reason,
  type ReasonKind,
  type RuleMatch,
  ruleMatches,
  type Seen,
} from './traffic/authorization-match.ts';
export {
  type Alternative,
  type Attribute,
  type AuthorizationAction,
  type AuthorizationPolicies,
  type AuthorizationPolicy,
  type AuthorizationRule,
  authorizationPolicies,
  authorizationPoliciesFor,
  authorizationPolicyOf,
  type Condition,
  type ConditionValues,
  type PolicyInForce,
} from './traffic/authorization-policies.ts';
export {
  allowPoliciesFor,
  type ClosedPort,
  closedPorts,
  requestsTo,
  type ServedPorts,
  servedPorts,
  whyNobodyGetsIn,
  whyRuleNeverMatches,
  workloadsUnder,
} from './traffic/authorization-reach.ts';
export {
  COMMON_METHODS,
  conditionsOf,
  hostFlaw,
  methodFlaw,
  type PolicyValue,
  pathFlaw,
  policyToJudge,
  principalFlaw,
  type ValueFlaw,
  valuesOf,
} from './traffic/authorization-values.ts';
export {
  type BoundGateway,
  boundGateways,
  gatewayNameIn,
  isMatchFor,
  isRuleFor,
  namespacesOfPods,
  type RouteReaders,
  readersOfRoute,
  type ServedBy,
  serversFor,
} from './traffic/bound-gateways.ts';
export {
  ANY_OTHER_NAMESPACE,
  type CalledHost,
  clientIn,
  clientNamespaces,
  type Follower,
  followerOf,
  knows,
  ruleFor,
  scopeOfClient,
  scopeOfNamespace,
} from './traffic/client-namespaces.ts';
export { clientsOfApiRoute } from './traffic/clients-of-api-route.ts';
export { clientsOfRoute, type RouteClient } from './traffic/clients-of-route.ts';
export { type MergedRule, type RuleDecision, ruleThatHolds } from './traffic/destination-rule-that-holds.ts';
export { destinationUpstream } from './traffic/destination-upstream.ts';
export { type EndedTls, tlsEndedBefore, trustsForwarded } from './traffic/ended-tls.ts';
export { commonHosts } from './traffic/gateway-request.ts';
export {
  endsTls,
  isPlainHttp,
  isUnprivileged,
  type LeftOut,
  type OpenServers,
  openServers,
  seesHttp,
  serversOf,
  unprivilegedField,
} from './traffic/gateway-servers.ts';
export { type GatewayTable, gatewayTables, type ShadowedHost, shadowedHosts } from './traffic/gateway-tables.ts';
export { type GatewayBefore, gatewaysBefore } from './traffic/gateways-before.ts';
export type { Contradiction, Delegation, HttpRule, LostDelegate } from './traffic/http-rule.ts';
export { type HttpVersion, httpVersionTo } from './traffic/http-version.ts';
export {
  certificateOf,
  type Identity,
  meshIdentityOf,
  principalOf,
  type TrustDomains,
  trustDomainsOf,
  type WorkloadIdentity,
} from './traffic/identity.ts';
export { type InboundListener, type InboundProtocol, inboundListenerOf } from './traffic/inbound-listener.ts';
export { listenersOfPort } from './traffic/listeners.ts';
export { type LiteralFault, type LiteralMatch, literalMatches } from './traffic/literal-matches.ts';
export type { MeshRoute } from './traffic/mesh-route.ts';
export {
  isTaken,
  isTakenBy,
  NO_PORT,
  ruleAlone,
  type Server,
  type Servers,
  type SpokenTls,
  serverAt,
  serversBehind,
  serviceBeside,
  spokenBy,
  spokenTo,
  type Taken,
  unseenServer,
} from './traffic/mtls-between.ts';
export type { OpenServer } from './traffic/open-server.ts';
export { gatewayCaller, ingressCaller, type OutsideCaller, strictServer } from './traffic/outside-callers.ts';
export { normalizedPath, pathNormalizationOf } from './traffic/path-normalization.ts';
export { type PlainCallers, plainCallersOf } from './traffic/plain-callers.ts';
export { type RedirectLoop, redirectLoopsOf } from './traffic/redirect-loops.ts';
export {
  type Registry,
  type RegistryEndpoint,
  type RegistryHost,
  type RegistryPort,
  registryOf,
} from './traffic/registry.ts';
export type { RequestProtocol, TrafficRequest } from './traffic/request.ts';
export { headerFault, methodFault, type RequestSpec } from './traffic/request-spec.ts';
export { hostFault, looksLikeUrl, type ReadUrl, type RequestUrl, readRequestUrl } from './traffic/request-url.ts';
export { type ReadRequests, type RequestDefaults, readRequests } from './traffic/requests-file.ts';
export { type RewriteFault, rewriteFaults } from './traffic/rewrites.ts';
export {
  onlyRedirects,
  routeAtGateway,
  routesForServer,
  ruleKindOf,
  type ServerForRoute,
} from './traffic/route-at-gateway.ts';
export {
  type RouteClaim,
  type SameMatch,
  sameMatchesOf,
  type TwoKinds,
  twoKindsOf,
} from './traffic/route-collisions.ts';
export { matchesOrderedByAge, type OrderedByAge } from './traffic/route-order.ts';
export {
  delegationsByDelegate,
  meshRouteOf,
  meshRoutes,
  missingDelegate,
  namedDelegates,
  routesByGateway,
  routesSeenIn,
} from './traffic/routes-for-mesh.ts';
export { type Client, clientOf, importsOf, type Scope, sidecarOf } from './traffic/scope.ts';
export type { Outcome as TraceOutcome, PassedOver, StepKind, TraceFault, UpstreamTls } from './traffic/trace.ts';
export { type UnfollowedRules, unfollowedSubset } from './traffic/unfollowed-rules.ts';
export { type UnmetCondition, unmetCondition } from './traffic/unmet-matches.ts';
export {
  autoMtls,
  type NoUpstream,
  settingAt,
  type TlsSetting,
  tlsOf,
  type Upstream,
  upstreamOf,
} from './traffic/upstream.ts';
export { chartEntry, sameAsChart } from './webhooks/chart-selectors.ts';
export { isAddress, maybeExternal, parseWebhookUrl } from './webhooks/webhook-url.ts';
export {
  contradiction,
  fewestLabels,
  injectors,
  isCalledForPods,
  isDeactivated,
  istioInjectors,
  readWebhooks,
  type Webhook,
} from './webhooks/webhooks.ts';
