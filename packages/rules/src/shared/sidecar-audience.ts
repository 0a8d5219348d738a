import type { Mesh, Severity, Workload } from '@meshvet/core';
import { ambientOf } from './ambient-audience.ts';
import { severityForSidecar } from './audience.ts';
import { linkerdOf } from './linkerd-evidence.ts';

/** As `severityForSidecar`; nothing for pods that the labels put into ambient mode, and those that Linkerd evidently serves. */
export function severityForIstioProxy(mesh: Mesh, workload: Workload, severity: Severity): Severity | undefined {
  if (ambientOf(mesh, workload) === 'yes' || (!workload.hasProxy && linkerdOf(mesh, workload) === 'yes'))
    return undefined;
  return severityForSidecar(mesh, workload, severity);
}
