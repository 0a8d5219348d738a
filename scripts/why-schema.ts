import { all, boolean, countOrNull, list, oneOf, ref, type Schema, string, words, wordsOrNull } from './json-schema.ts';

/** What the report of `meshvet lint` and that of `meshvet why` have in common. */
const SHARED = ['count', 'position', 'location', 'resource', 'edit', 'finding'];

/** JSON Schema of what `meshvet why --format json` prints. What it has in common with the report of a run is taken from the schema of that. */
export function whySchemaText(reportSchema: string): string {
  const report = JSON.parse(reportSchema) as { properties?: Schema; definitions?: Schema };
  const { tool, undecided, failures } = report.properties ?? {};
  const shared = SHARED.map((name) => [name, report.definitions?.[name]]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'meshvet answer of "why", version 1',
    description:
      'What `meshvet why --format json` prints. Within version 1 members are added, none changes its meaning or goes away: readers pass over members they do not know, and take words they do not know where no list of them is given.',
    ...all({
      schemaVersion: { const: 1 },
      tool: tool as Schema,
      summary: all({
        workloads: ref('count'),
        yes: { description: 'Workloads that are in a mesh.', ...ref('count') },
        no: ref('count'),
        unknown: ref('count'),
      }),
      workloads: list(ref('workload'), 'In the order of the files.'),
      undecided: undecided as Schema,
      failures: failures as Schema,
    }),
    definitions: {
      ...Object.fromEntries(shared),
      answer: oneOf('yes', 'no', 'unknown'),
      outcome: oneOf('injected', 'not-injected', 'rejected', 'unknown'),
      fact: all(
        {
          text: words('One clause.'),
          location: {
            description: 'Where it is written; absent for a default or a missing manifest.',
            ...ref('location'),
          },
        },
        ['location'],
      ),
      identityPart: all({
        value: wordsOrNull('null where a later step fills it in.'),
        from: ref('fact'),
      }),
      port: all({
        number: countOrNull('Of the Service.'),
        name: wordsOrNull('As written.'),
        target: countOrNull('What the pods listen on; null where it does not resolve or is not known.'),
        targetState: oneOf('found', 'missing', 'unknown'),
        protocol: words('What the proxies take it for.'),
        class: oneOf('http', 'tcp', 'udp', 'auto'),
        source: {
          description: 'What the protocol was read from.',
          ...oneOf('protocol', 'appProtocol', 'name', 'wellKnownPort', 'none'),
        },
        reason: words('Why it is that protocol, in a clause.'),
        outbound: words('What a client in the mesh does with traffic to the port.'),
        inbound: words('What the proxy of the pods does with it.'),
        location: ref('location'),
      }),
      service: all({
        resource: ref('resource'),
        location: ref('location'),
        type: words('ClusterIP, NodePort and so on, or headless.'),
        ports: list(ref('port')),
      }),
      workload: all({
        resource: ref('resource'),
        location: ref('location'),
        membership: {
          description: 'Whether the pods are in a mesh, by any way.',
          ...all({
            answer: ref('answer'),
            mode: wordsOrNull('sidecar, ambient, linkerd, proxyless or gateway; null where they are not in it.'),
            reason: ref('fact'),
          }),
        },
        istio: {
          description: "The decision of Istio's injector.",
          ...all({
            outcome: ref('outcome'),
            cause: words('What decided, in one word.'),
            revision: wordsOrNull('Of the control plane that injects.'),
            templates: list(string),
            facts: list(ref('fact'), 'What was weighed, in its order.'),
            change: wordsOrNull('The smallest change of labels that turns the answer, as an order.'),
          }),
        },
        ambient: all({
          answer: ref('answer'),
          facts: list(ref('fact')),
          change: wordsOrNull('What brings pods back that opted out of ambient mode, as an order.'),
        }),
        linkerd: all({
          outcome: ref('outcome'),
          mode: oneOf('enabled', 'ingress', null),
          facts: list(ref('fact')),
        }),
        sidecar: {
          description: "Istio's sidecar; form says which it would be, even where there is none.",
          ...all({
            present: ref('answer'),
            form: oneOf('classic', 'native'),
            written: { description: 'Whether the proxy stands in the manifest.', ...boolean },
            reason: string,
          }),
        },
        services: list(ref('service'), 'Those that surely select the pods.'),
        otherPorts: list(
          all({
            number: ref('count'),
            name: wordsOrNull('As written.'),
            location: ref('location'),
            inbound: words('What the proxy of the pods does with it.'),
          }),
          'Ports that containers declare and that no Service leads to.',
        ),
        identity: {
          description: 'How telemetry and policies of Istio name the pods.',
          ...all({ name: ref('identityPart'), revision: ref('identityPart'), serviceAccount: string }),
        },
        findings: list(ref('finding'), 'About the workload and its Services.'),
      }),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
