import { visibleText } from './visible-text.ts';

// Written as `&#8203;` it keeps characters apart that GitHub would take together. visibleText has made real ones visible.
const APART = '$&&#8203;';
/** What Markdown itself makes a link: addresses with `://` or `www.`, and mail. */
const LINK = /:(?=\/\/)|@(?=\w)|www(?=\.)/gi;
/**
 * That, and what GitHub and GitLab look for in the finished page, where an entity is its character again: issues, merge
 * requests, emoji. In one go, since what keeps characters apart has such a sign itself.
 */
const LINK_OR_REFERENCE = new RegExp(`${LINK.source}|(?<!&)#(?=\\d)|!(?=\\d)|GH(?=-)|:(?=[\\w+-]+:)`, 'gi');

/**
 * Text for Markdown that means itself: no markup, no HTML, no link, no table cell, and on GitHub and GitLab no mention of
 * people, no reference to issues, no emoji and no formula. For the middle of a line: what counts at its start only is not escaped.
 */
export function markdownText(text: string): string {
  return escaped(text).replace(LINK_OR_REFERENCE, APART);
}

/** Text in the face of code. Not between backticks: a backtick in the text would end that. References are not looked for in it. */
export function markdownCode(text: string): string {
  return `<code>${escaped(text).replace(LINK, APART)}</code>`;
}

function escaped(text: string): string {
  return (
    visibleText(text)
      .replace(/[\\`*_{}[\]~]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // Inside a table a backslash before it would do too, outside it would be seen.
      .replaceAll('|', '&#124;')
      .replace(/\$/g, () => '<span>$</span>')
  );
}
