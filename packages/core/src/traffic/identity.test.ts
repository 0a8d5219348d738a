import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { deployment, meshOf, namespace, type Part, workloadOf } from '../testing/mesh-parts.ts';
import { meshIdentityOf, principalOf, trustDomainsOf } from './identity.ts';

async function identity(pod: Part, labels: Part = { 'istio-injection': 'enabled' }, config: MeshConfigKeys = {}) {
  const mesh = await meshOf([namespace('shop', labels), deployment('shop', 'web', pod)], config);
  const found = meshIdentityOf(mesh, workloadOf(mesh, 'web'));
  return found.state === 'known' ? principalOf(found.identity) : `${found.state}: ${found.why}`;
}

const meshConfig = (mesh: string): Part => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: { mesh },
});

describe('the identity of pods', () => {
  test('is their service account, default where none is named', async () => {
    expect(await identity({ serviceAccountName: 'front' })).toBe('cluster.local/ns/shop/sa/front');
    expect(await identity({})).toBe('cluster.local/ns/shop/sa/default');
    expect(await identity({ serviceAccountName: '' })).toBe('cluster.local/ns/shop/sa/default');
    expect(await identity({ serviceAccount: 'old' })).toBe('cluster.local/ns/shop/sa/old');
    expect(await identity({ serviceAccountName: 'new', serviceAccount: 'old' })).toBe('cluster.local/ns/shop/sa/new');
  });

  test('is none without a proxy', async () => {
    expect(await identity({}, {})).toMatch(/^none: /);
    expect(await identity({ hostNetwork: true })).toMatch(/^none: .*hostNetwork/);
  });

  test('is not known where something is filled in later', async () => {
    expect(await identity({ serviceAccountName: '${ACCOUNT}' })).toBe(
      'unknown: the service account of Deployment shop/web is filled in later',
    );
    const mesh = await meshOf([deployment('shop', 'web')], { closedWorld: false });
    expect(meshIdentityOf(mesh, workloadOf(mesh, 'web')).state).toBe('unknown');
  });

  test('has the trust domain of MeshConfig', async () => {
    const parts = [namespace('shop'), deployment('shop', 'web'), meshConfig('trustDomain: corp.example')];
    const mesh = await meshOf(parts);
    const found = meshIdentityOf(mesh, workloadOf(mesh, 'web'));
    expect(found.state === 'known' && principalOf(found.identity)).toBe('corp.example/ns/shop/sa/default');
  });

  test('is not known where two manifests of MeshConfig disagree', async () => {
    const other = { ...meshConfig('trustDomain: b'), metadata: { name: 'istio-canary', namespace: 'istio-system' } };
    const parts = [namespace('shop'), deployment('shop', 'web'), meshConfig('trustDomain: a'), other];
    const mesh = await meshOf(parts);
    expect(meshIdentityOf(mesh, workloadOf(mesh, 'web'))).toMatchObject({
      state: 'unknown',
      needs: 'the MeshConfig that counts',
    });
  });
});

test('trust domains, with what is no text left out', async () => {
  const mesh = await meshOf([
    namespace('shop'),
    meshConfig(
      'trustDomain: new\ntrustDomainAliases: [old, 7, older]\ncaCertificates: [{ trustDomains: [partner, 8] }, 9]',
    ),
  ]);
  expect(trustDomainsOf(mesh)).toEqual({ own: 'new', aliases: ['old', 'older'], foreign: ['partner'], certain: true });
});
