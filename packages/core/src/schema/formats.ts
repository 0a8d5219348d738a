/** Whether a text has one of the formats that the API server looks at; true for every other format. */
export function hasFormat(text: string, format: string): boolean {
  // What is longer than any of these is none of them; only base64 may be long.
  if (format !== 'byte' && text.length > 100) return false;
  switch (format) {
    case 'byte':
      return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replaceAll(/[\r\n]/g, '').length % 4 === 0;
    case 'date':
      return isDate(text);
    case 'date-time':
      return isDateTime(text);
    case 'ipv4':
      return isIpv4(text);
    case 'ipv6':
      return isIpv6(text);
    case 'cidr':
      return isCidr(text);
    case 'uuid':
      return /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text);
    default:
      return true;
  }
}

function isDate(text: string): boolean {
  const match = /^\d{4}-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return false;
  const day = Number(match[2]);
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(match[1]) - 1] ?? 0;
  return day >= 1 && day <= days;
}

function isDateTime(text: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (!match || !isDate(match[1] as string)) return false;
  return Number(match[2]) < 24 && Number(match[3]) < 60 && Number(match[4]) <= 60;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  let count = groups.length;
  if (last?.includes('.')) {
    if (!isIpv4(last)) return false;
    groups.pop();
    count++;
  }
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? count < 8 : count === 8;
}

function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  const size = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(size)) return false;
  const address = text.slice(0, slash);
  return isIpv4(address) ? Number(size) <= 32 : isIpv6(address) && Number(size) <= 128;
}
