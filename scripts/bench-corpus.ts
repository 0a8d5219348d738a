import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Counts of the generated set: 200 namespaces of 50 documents, 2.3 kB each on average, one document a file. */
export const CORPUS = { namespaces: 200, apps: 10, configMaps: 9, meanBytes: 2300 } as const;

/** Changes whenever other manifests are written, so that an old set on disk is not taken for a new one. */
const EDITION = '2';

/** A generated manifest. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Writes the set into a folder, unless it stands there already. */
export function writeCorpus(folder: string): void {
  const stamp = join(folder, 'EDITION');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === EDITION) return;
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of corpus()) {
    const full = join(folder, path);
    mkdirSync(join(full, '..'), { recursive: true });
    writeFileSync(full, text);
  }
  writeFileSync(stamp, EDITION);
}

/** The manifests of a large mesh, the same ones each time. About one in eight has a mistake of the usual kinds. */
export function* corpus(): Generator<GeneratedFile> {
  const random = randomNumbers(20_180_731);
  for (let n = 0; n < CORPUS.namespaces; n++) {
    const namespace = `team-${String(n).padStart(3, '0')}`;
    let bytes = 0;
    const file = (name: string, text: string): GeneratedFile => {
      bytes += Buffer.byteLength(text);
      return { path: `${namespace}/${name}.yaml`, text };
    };
    yield file('namespace', namespaceText(namespace, random() < 0.9));
    for (let a = 0; a < CORPUS.apps; a++) {
      const app: App = {
        name: `${WORDS[(n + a * 7) % WORDS.length]}-${a}`,
        namespace,
        port: 8000 + ((n * 13 + a * 101) % 900),
        chance: (share) => random() < share,
      };
      yield file(`${app.name}/deployment`, deployment(app));
      yield file(`${app.name}/service`, service(app));
      yield file(`${app.name}/virtual-service`, virtualService(app));
      yield file(`${app.name}/destination-rule`, destinationRule(app));
    }
    // What is left to the mean is shared among the ConfigMaps.
    const documents = 1 + CORPUS.apps * 4 + CORPUS.configMaps;
    const left = (documents * CORPUS.meanBytes - bytes) / CORPUS.configMaps;
    for (let c = 0; c < CORPUS.configMaps; c++)
      yield file(`config/settings-${c}`, configMap(`settings-${c}`, namespace, left));
  }
}

interface App {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  chance(share: number): boolean;
}

const WORDS = [
  'cart',
  'orders',
  'search',
  'users',
  'mail',
  'billing',
  'stock',
  'ratings',
  'media',
  'audit',
  'geo',
  'auth',
  'feed',
];

/** Numbers from 0 to 1 that are the same on every machine (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function namespaceText(name: string, injected: boolean): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    kubernetes.io/metadata.name: ${name}
    team: ${name}
${injected ? '    istio-injection: enabled\n' : ''}`;
}

function deployment({ name, namespace, port, chance }: App): string {
  const env = Array.from(
    { length: 14 },
    (_, i) => `            - name: ${name.toUpperCase().replaceAll('-', '_')}_SETTING_${i}
              value: "${name}.${namespace}.svc.cluster.local:${port + i}"`,
  ).join('\n');
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
    version: v1
    app.kubernetes.io/part-of: ${namespace}
  annotations:
    deployment.kubernetes.io/revision: "3"
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app: ${name}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  template:
    metadata:
      labels:
${chance(0.06) ? '' : `        app: ${name}\n`}${chance(0.1) ? '' : `        version: ${chance(0.03) ? '1.10' : 'v1'}\n`}        tier: backend
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "${port}"
${chance(0.03) ? '        sidecar.istio.io/inject: true\n' : ''}    spec:
      serviceAccountName: ${name}
${chance(0.02) ? '      hostNetwork: true\n' : ''}      terminationGracePeriodSeconds: 45
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector:
                  matchExpressions:
                    - key: app
                      operator: In
                      values: [${name}]
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app: ${name}
      initContainers:
        - name: migrate
          image: registry.example.com/${namespace}/${name}-migrate:2.14.${port % 40}
          command: ["/bin/migrate", "--wait"]
          env:
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: ${name}-database
                  key: url
          resources:
            limits:
              memory: 128Mi
      containers:
        - name: log-forwarder
          image: registry.example.com/platform/log-forwarder:1.9.2
          args: ["--from", "/var/log/app", "--labels", "team=${namespace},app=${name}"]
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: POD_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
          resources:
            requests:
              cpu: 10m
              memory: 32Mi
            limits:
              memory: 64Mi
          volumeMounts:
            - name: tmp
              mountPath: /var/log/app
        - name: ${name}
          image: registry.example.com/${namespace}/${name}:2.14.${port % 40}
          imagePullPolicy: IfNotPresent
          args: ["--listen", "0.0.0.0:${port}", "--log-format=json"]
          ports:
            - name: http
              containerPort: ${port}
            - name: metrics
              containerPort: 9090
          env:
${env}
          envFrom:
            - configMapRef:
                name: settings-${port % 9}
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 512Mi
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
            periodSeconds: 15
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
            capabilities:
              drop: ["ALL"]
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
`;
}

function service({ name, namespace, port, chance }: App): string {
  const web = chance(0.06) ? '' : `      name: ${chance(0.04) ? 'web' : 'http-web'}\n`;
  const target = chance(0.03) ? port + 1 : 'http';
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  type: ClusterIP
  selector:
    app: ${chance(0.02) ? `${name}-gone` : name}
  ports:
    - port: 80
${web}      targetPort: ${target}
      protocol: TCP
    - port: 9090
      name: http-metrics
      targetPort: metrics
`;
}

function virtualService({ name, namespace, port, chance }: App): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  hosts:
    - ${name}.${namespace}.svc.cluster.local
  http:
    - name: canary
      match:
        - headers:
            x-canary:
              exact: "true"
          uri:
            prefix: /api/v${(port % 3) + 1}
      route:
        - destination:
            host: ${name}.${namespace}.svc.cluster.local
            subset: ${chance(0.03) ? 'v3' : 'v2'}
            port:
              number: 80
      timeout: 5s
      retries:
        attempts: 3
        perTryTimeout: 2s
        retryOn: gateway-error,connect-failure,refused-stream
    - name: split
      route:
        - destination:
            host: ${chance(0.02) ? `${name}s` : name}.${namespace}.svc.cluster.local
            subset: v1
            port:
              number: 80
          weight: 90
        - destination:
            host: ${name}.${namespace}.svc.cluster.local
            subset: v2
            port:
              number: 80
          weight: 10
`;
}

function destinationRule({ name, namespace }: App): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  host: ${name}.${namespace}.svc.cluster.local
  trafficPolicy:
    tls:
      mode: ISTIO_MUTUAL
    connectionPool:
      tcp:
        maxConnections: 100
      http:
        http1MaxPendingRequests: 50
        maxRequestsPerConnection: 20
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 30s
      baseEjectionTime: 60s
  subsets:
    - name: v1
      labels:
        version: v1
    - name: v2
      labels:
        version: v2
`;
}

/** Half of it keys with a value each, half one text of many lines: for a parser the two are very different work. */
function configMap(name: string, namespace: string, bytes: number): string {
  let text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: ${namespace}
data:
`;
  for (let key = 0; text.length < bytes / 2; key++)
    text += `  FEATURE_${key}_ENDPOINT: "http://${name}.${namespace}:80${key % 100}/v1"\n`;
  text += '  application.properties: |\n';
  for (let line = 0; text.length < bytes - 40; line++)
    text += `    feature.${name}.${line}=value-of-${namespace}-${line}\n`;
  return text;
}
