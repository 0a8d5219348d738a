import {
  type Field,
  isDnsLabel,
  isDomainName,
  isIpAddress,
  isUnset,
  lacksText,
  type Mesh,
  nameFault,
} from '@meshvet/core';
import { crdSays, isSettledKey, quote, type Refusal } from './refusals.ts';
import { socketPathFault } from './unix-address.ts';

/** What is wrong with the address and the port names of a WorkloadEntry, or of an endpoint. Source: `validateWorkloadEntry`. */
export function* workloadEntryFaults(
  entry: Field,
  mesh: Mesh,
  only: 'addresses' | 'names' | undefined,
): Generator<Refusal> {
  const address = entry.at('address');
  if (lacksText(entry, 'address')) {
    const network = !isUnset(entry.at('network'));
    if (network)
      yield {
        at: entry,
        what: 'it has a network and no address, and is reached through the gateway of the network only',
        onKey: true,
        mild: true,
      };
    else if (lacksText(entry, 'address', 'network') && (!crdSays(mesh, '1.23') || address.value === ''))
      yield { at: address.exists ? address : entry, what: 'it has no address', onKey: !address.exists };
  }
  const text = address.string();
  if (text?.startsWith('unix://')) {
    if (!crdSays(mesh, '1.23')) yield* socketFaults(entry, address, text);
  } else if (text && !isIpAddress(text) && (only === 'addresses' || !isDomainName(text)))
    yield {
      at: address,
      what:
        only === 'addresses'
          ? `address ${quote(text)} is no IP address, and nothing resolves it with resolution STATIC`
          : `address ${quote(text)} is neither an IP address nor a domain name: ${nameFault(text)}`,
    };
  if (crdSays(mesh, '1.23')) return;
  for (const [name, port] of entry.at('ports').entries())
    if (isSettledKey(name) && !isDnsLabel(name))
      yield { at: port, what: `port name ${quote(name)} is none: ${nameFault(name)}`, onKey: true };
}

function* socketFaults(entry: Field, address: Field, text: string): Generator<Refusal> {
  const fault = socketPathFault(text);
  if (fault !== undefined) yield { at: address, what: `address ${quote(text)}: ${fault}` };
  if (entry.at('ports').entries().length > 0)
    yield { at: entry.at('ports'), what: 'a Unix socket has no ports', onKey: true };
}
