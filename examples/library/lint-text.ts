// Lints manifests with a rule of the program's own beside those of meshvet, and says which resource has what:
//
//   npm install && npm run build && node lint-text.js cart.yaml basket.yaml
//
// The engine takes text and gives data. Where the text is from (files, a Git server, an editor, an upload in a browser)
// and what becomes of the findings is up to the program.
import { readFileSync } from 'node:fs';
import { defineRule, type Finding, type InputFile, lint, nameOf } from '@meshvet/core';
import { allRules } from '@meshvet/rules';

const servicePortPrivileged = defineRule({
  meta: {
    id: 'service-port-privileged',
    summary: 'A Service sends to a port below 1024 of its pods.',
    why: 'Only a process with more rights than it needs can open such a port.',
    fix: 'Let the container listen above 1024, and name that port as targetPort.',
    severity: 'warning',
    subject: 'service',
    sources: ['https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, ip_unprivileged_port_start'],
    messages: { low: '{service} sends to port {port} of its pods; ports of 1024 and above need no privilege.' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    for (const port of subject.resource.body.at('spec').at('ports').items()) {
      const target = port.at('targetPort');
      if (typeof target.value !== 'number' || target.value >= 1024) continue;
      report(target, 'low', { service: nameOf(subject.resource), port: target.value });
    }
  },
});

const files: InputFile[] = process.argv.slice(2).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const { findings, failures, resources } = await lint(files, {
  rules: [...allRules, servicePortPrivileged],
  config: { istioVersion: '1.28', rules: { 'labels-version-missing': 'off' } },
});

const byResource = new Map<string, Finding[]>();
for (const finding of findings) {
  const { kind, namespace = '', name } = finding.resource ?? { kind: 'file', name: finding.location.file };
  const key = `${kind} ${namespace}/${name}`;
  byResource.set(key, [...(byResource.get(key) ?? []), finding]);
}
for (const [resource, own] of byResource) {
  console.log(resource);
  for (const { severity, ruleId, message, location } of own) {
    console.log(`  ${location.file}:${location.start.line} ${severity} ${ruleId}: ${message}`);
  }
}
console.log(`${findings.length} findings in ${resources} resources`);
// A rule that broke did not look at everything: that is no clean result.
for (const { ruleId, message } of failures) console.error(`rule ${ruleId} broke: ${message}`);
process.exitCode = failures.length > 0 ? 2 : findings.some(({ severity }) => severity === 'error') ? 1 : 0;
