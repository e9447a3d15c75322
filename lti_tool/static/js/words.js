// Counts words exactly as `rubrics.submission.word_count` does: the page and the check at the end agree.

const SPACELESS = /[\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
// The white space of Python's `str.split`, which differs from that of `\s` in a few control characters.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const ALPHANUMERIC = /[\p{L}\p{N}]/u;

export function wordCount(text) {
  const spaced = text.replace(SPACELESS, " ");
  const characters = text.match(SPACELESS)?.length ?? 0;
  return characters + spaced.split(SPACE).filter((run) => ALPHANUMERIC.test(run)).length;
}
