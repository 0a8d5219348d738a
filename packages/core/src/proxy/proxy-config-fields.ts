/** What a field of ProxyConfig holds. */
export type ProxyConfigField =
  | { readonly type: 'string' | 'boolean' | 'integer' | 'number' | 'duration' | 'strings' | 'stringMap' | 'any' }
  | { readonly type: 'unsigned' }
  /** A port from 1 to 65535. */
  | { readonly type: 'port' }
  /** `host:port`; `optional` where an empty text stands for none. */
  | { readonly type: 'address'; readonly optional: boolean }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | {
      readonly type: 'message';
      readonly fields: Readonly<Record<string, ProxyConfigField>>;
      /** Whether further fields may exist that this table does not have. */
      readonly open?: boolean;
    };

const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;
const integer = { type: 'integer' } as const;
const unsigned = { type: 'unsigned' } as const;
const duration = { type: 'duration' } as const;
const strings = { type: 'strings' } as const;
const any = { type: 'any' } as const;
const port = { type: 'port' } as const;
const address = { type: 'address', optional: false } as const;
const optionalAddress = { type: 'address', optional: true } as const;

function message(fields: Readonly<Record<string, ProxyConfigField>>, open = false): ProxyConfigField {
  return { type: 'message', fields, open };
}

function oneOf(...values: string[]): ProxyConfigField {
  return { type: 'enum', values };
}

const FORWARD = oneOf('UNDEFINED', 'SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY');
const KEY_PROVIDER = message({ pollDelay: duration, fallback: boolean }, true);
const REMOTE = message({ address: optionalAddress, tlsSettings: any, tcpKeepalive: any });

/**
 * The fields of ProxyConfig by the names that JSON has for them. Source: istio/api `mesh/v1alpha1/proxy.proto` from 1.6 to 1.30, fields of
 * earlier releases included; checks: istio/istio `pkg/config/validation/agent/validation.go` (ValidateMeshConfigProxyConfig).
 */
export const PROXY_CONFIG_FIELDS: Readonly<Record<string, ProxyConfigField>> = {
  configPath: string,
  binaryPath: string,
  serviceCluster: string,
  tracingServiceName: oneOf('APP_LABEL_AND_NAMESPACE', 'CANONICAL_NAME_ONLY', 'CANONICAL_NAME_AND_NAMESPACE'),
  drainDuration: duration,
  parentShutdownDuration: duration,
  discoveryAddress: address,
  discoveryRefreshDelay: duration,
  zipkinAddress: string,
  connectTimeout: duration,
  statsdUdpAddress: optionalAddress,
  envoyMetricsServiceAddress: optionalAddress,
  proxyAdminPort: port,
  availabilityZone: string,
  controlPlaneAuthPolicy: oneOf('NONE', 'MUTUAL_TLS'),
  customConfigFile: string,
  statNameLength: integer,
  concurrency: integer,
  proxyBootstrapTemplatePath: string,
  interceptionMode: oneOf('REDIRECT', 'TPROXY', 'NONE'),
  tracing: message({
    zipkin: message({ address }),
    lightstep: message({ address, accessToken: string }, true),
    datadog: message({ address }),
    stackdriver: any,
    openCensusAgent: any,
    customTags: any,
    maxPathTagLength: unsigned,
    sampling: { type: 'number' },
    tlsSettings: any,
    enableIstioTags: boolean,
  }),
  sds: any,
  envoyAccessLogService: REMOTE,
  envoyMetricsService: REMOTE,
  proxyMetadata: { type: 'stringMap' },
  runtimeValues: { type: 'stringMap' },
  statusPort: port,
  extraStatTags: strings,
  gatewayTopology: message({ numTrustedProxies: unsigned, forwardClientCertDetails: FORWARD, proxyProtocol: any }),
  terminationDrainDuration: duration,
  meshId: string,
  readinessProbe: any,
  proxyStatsMatcher: message({ inclusionPrefixes: strings, inclusionSuffixes: strings, inclusionRegexps: strings }),
  holdApplicationUntilProxyStarts: boolean,
  caCertificatesPem: strings,
  image: message({ imageType: string }),
  privateKeyProvider: message({ cryptomb: KEY_PROVIDER, qat: KEY_PROVIDER }),
  proxyHeaders: message(
    {
      forwardedClientCert: FORWARD,
      setCurrentClientCertDetails: any,
      requestId: any,
      server: any,
      attemptCount: any,
      envoyDebugHeaders: any,
      metadataExchangeHeaders: any,
      preserveHttp1HeaderCase: boolean,
    },
    true,
  ),
  fileFlushInterval: duration,
  fileFlushMinSizeKb: unsigned,
  statsCompression: boolean,
  profile: any,
};

/** First release that may have fields which this table lacks: it brought those for proxies at the edge. */
export const FIRST_WITH_OTHER_FIELDS = '1.31';
