import { nameOf, type PodPort, type Workload } from '@meshvet/core';

/** istioctl compares the transport of one port number as text, so it sees what is neither TCP nor UDP. For Deployments only. */
export function saysIst0116(workload: Workload | undefined, ports: readonly PodPort[]): boolean {
  if (workload?.resource.type !== 'apps/Deployment') return false;
  return ports.some((a) => ports.some((b) => a.number === b.number && a.port.protocol !== b.port.protocol));
}

/** istioctl: several port numbers behind one target, compared as text. For Deployments only. */
export function saysIst0137(workloads: readonly Workload[], ports: readonly PodPort[]): boolean {
  if (!workloads.some((w) => w.resource.type === 'apps/Deployment')) return false;
  return ports.some((a) => ports.some((b) => a.targetText === b.targetText && a.number !== b.number));
}

/** "port 80 of Service shop/cart (http)" */
export function podPortLabel({ service, number, port }: PodPort): string {
  return `port ${number} of ${nameOf(service.resource)}${port.name === undefined ? '' : ` (${port.name})`}`;
}
