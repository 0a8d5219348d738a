import { all, boolean, list, oneOf, ref, type Schema, string, words, wordsOrNull } from './json-schema.ts';

/** What the report of `meshvet lint` and the answer of `meshvet trace` have in common. */
const SHARED = ['count', 'position', 'location', 'resource'];

const percent = (description: string): Schema => ({ description, type: 'number', minimum: 0 });
const told = (description: string): Schema => ({ description, ...oneOf(true, false, 'unknown') });
const port: Schema = { type: 'integer' };
const described = (description: string, schema: Schema): Schema => ({ description, ...schema });

/** JSON Schema of what `meshvet trace --format json` prints. What it has in common with the report of a run is taken from the schema of that. */
export function traceSchemaText(reportSchema: string): string {
  const report = JSON.parse(reportSchema) as { properties?: Schema; definitions?: Schema };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'meshvet answer of "trace", version 1',
    description:
      'What `meshvet trace --format json` prints. Within version 1 members are added, none changes its meaning or goes away: readers pass over members they do not know, and take words they do not know where no list of them is given.',
    ...all({
      schemaVersion: { const: 1 },
      tool: report.properties?.tool as Schema,
      traces: list(ref('trace'), 'In the order of the requests; empty where a table was asked for.'),
      tables: list(ref('table'), 'Who can call what, one for each mesh; empty where requests were asked about.'),
      unread: list(all({ message: string, reason: string }), 'What was left out of the input, such as templates.'),
    }),
    definitions: {
      ...Object.fromEntries(SHARED.map((name) => [name, report.definitions?.[name]])),
      verdict: {
        description:
          'What the caller gets. allowed: all of it reaches servers that let it in. refused: an AuthorizationPolicy turns it away. undelivered: it reaches no server. partial: its shares fare differently. answered: a proxy answers itself. passthrough: it leaves for an address that the mesh does not know. unknown: the files do not tell.',
        ...oneOf('allowed', 'refused', 'undelivered', 'partial', 'answered', 'passthrough', 'unknown'),
      },
      place: all({ resource: ref('resource'), location: ref('location') }),
      step: all(
        {
          kind: described(
            'Which question it answers.',
            oneOf('name', 'listener', 'route', 'destination', 'upstream', 'arrival', 'authorization', 'gateway'),
          ),
          text: words('One clause.'),
          location: described('Where it is written; absent where nothing is.', ref('location')),
          passedOver: list(
            all({ resource: ref('resource'), location: ref('location'), why: string }),
            'What was looked at and did not decide.',
          ),
        },
        ['location', 'passedOver'],
      ),
      request: all(
        {
          text: words('In a few words.'),
          from: described('The caller, or the gateway that a request from outside reaches.', ref('place')),
          variants: list(ref('location'), 'Other manifests of the caller that have the same answer.'),
          gateway: { description: 'Whether it comes from outside.', ...boolean },
          host: string,
          port,
          protocol: oneOf('http', 'http2', 'tcp'),
          path: string,
          method: string,
          headers: { type: 'object', additionalProperties: string },
          tls: { description: 'Whether the program of the caller speaks TLS.', ...boolean },
          sni: string,
        },
        ['variants'],
      ),
      endpoint: all(
        {
          workload: words('namespace/name, or the address outside.'),
          port: described('Of the pod.', port),
          tls: described(
            'What the proxy of the caller speaks to it.',
            oneOf('istio', 'simple', 'mutual', 'none', 'unknown'),
          ),
          arrives: told('Whether its proxy takes the connection.'),
          allowed: told('Whether policies let the request in; absent where nothing arrives or nobody asks.'),
          asRead: {
            description:
              'Where one of the two is not known: what it would be if there were nothing but what was read. The verdict goes by it.',
            ...all({ arrives: boolean, allowed: boolean }, ['allowed']),
          },
          steps: list(ref('step')),
          needs: list(string),
        },
        ['allowed', 'asRead'],
      ),
      destination: all(
        {
          host: string,
          port,
          subset: wordsOrNull('null where none is named.'),
          weight: percent('Percent.'),
          missing: { description: 'There is no such cluster: the caller gets 503.', const: true },
          endpointsUnknown: { description: 'There may be endpoints that were not read.', const: true },
          endpoints: list(ref('endpoint'), 'Absent where the destination is missing.'),
        },
        ['missing', 'endpointsUnknown', 'endpoints'],
      ),
      trace: all(
        {
          id: words('That of the request. It comes again where manifests of the caller have different answers.'),
          request: ref('request'),
          verdict: ref('verdict'),
          certain: { description: 'Whether nothing that was not read could say something else.', ...boolean },
          answer: words('The answer in one line.'),
          reason: described('The step that decided the verdict.', ref('step')),
          outcome: words(
            'forwarded, passthrough, blocked, direct-response, redirect, no-route, https-redirect, no-listener, no-filter-chain, protocol-error, tls-required, mtls-required or unknown.',
          ),
          handledAs: described('What the first proxy takes the bytes for.', oneOf('http', 'tcp')),
          status: { description: 'Of a direct response.', type: 'integer' },
          virtualService: words('namespace/name of the VirtualService whose http rule decided.'),
          rule: words('Name of that rule.'),
          route: described('The VirtualService or route that decided.', ref('place')),
          destinations: list(ref('destination')),
          timeout: words('As written.'),
          rewrite: words('The path that the server sees.'),
          rewriteAuthority: words('The host that the server sees.'),
          mirrors: list(
            all({
              host: string,
              port,
              subset: wordsOrNull('null where none is named.'),
              percent: percent('Of the requests.'),
            }),
          ),
          fault: all(
            {
              delay: all({ fixed: string, percent: percent('Of the requests.') }),
              abort: all({ status: { type: 'integer' }, percent: percent('Of the requests.') }),
            },
            ['delay', 'abort'],
          ),
          gatewayAllowed: told('Whether the policies of the gateway itself let the request in.'),
          gatewayAllowedAsRead: {
            description: 'Where that is not known: what it would be if there were nothing but what was read.',
            ...boolean,
          },
          steps: list(ref('step'), 'How the proxy of the caller, or of the gateway, decided.'),
          needs: list(string, 'What would have to be read to know more.'),
        },
        [
          ...['reason', 'handledAs', 'status', 'virtualService', 'rule', 'route', 'destinations', 'timeout'],
          ...['rewrite', 'rewriteAuthority', 'mirrors', 'fault', 'gatewayAllowed', 'gatewayAllowedAsRead'],
        ],
      ),
      target: all(
        {
          name: words(
            'namespace/name:port of a Service, host:port of a ServiceEntry, or the request that was asked about.',
          ),
          protocol: wordsOrNull('What the proxies take the port for.'),
          tried: list(string, 'The requests that were tried, the plain one first.'),
          location: ref('location'),
        },
        ['location'],
      ),
      reach: all(
        {
          verdict: ref('verdict'),
          certain: { description: 'Whether nothing that was not read could say something else.', ...boolean },
          answer: words('The answer to the plain request of the first caller of the class.'),
          mtls: { description: 'Whether the proxy of the caller speaks mutual TLS to all servers.', ...boolean },
          reason: ref('step'),
          differing: list(
            all({ request: string, verdict: ref('verdict') }),
            'Where requests fare differently: the plain one, and those that differ from it.',
          ),
        },
        ['mtls', 'reason', 'differing'],
      ),
      table: all({
        callers: list(
          all({ workloads: list(ref('place')) }),
          'Classes of workloads that get the same answer at every target.',
        ),
        targets: list(ref('target')),
        answers: list(list(ref('reach')), 'For each class of callers the answers at all targets, in their order.'),
        needs: list(string, 'What would have to be read to know more.'),
        left: described(
          'What was left out, since there is too much of it.',
          all({ callers: ref('count'), targets: ref('count') }),
        ),
      }),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
