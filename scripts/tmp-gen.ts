import { readFileSync, writeFileSync } from 'node:fs';
import { traceSchemaText } from './trace-schema.ts';
const report = readFileSync('packages/core/schema/report.schema.json', 'utf8');
for (const o of ['core', 'cli']) writeFileSync(`packages/${o}/schema/trace.schema.json`, traceSchemaText(report));
