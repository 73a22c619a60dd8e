/** Months, without accents: in English, German, French, Spanish, Italian, Portuguese and Dutch. */
const MONTH = new RegExp(
  `^(?:${[
    'jan(?:uary|uar|vier|uari|eiro)?|jan(?:n|ner)|ene(?:ro)?|gen(?:naio)?',
    'feb(?:ruary|ruar|rero|braio|ruari)?|fev(?:rier|r|ereiro)?',
    'mar(?:ch|s|z|zo|co)?|maerz|mrz|mrt|maart',
    'apr(?:il|ile)?|avr(?:il)?|abr(?:il)?',
    'may(?:o)?|mai(?:o)?|mag(?:gio)?|mei',
    'jun(?:e|i|io|ho)?|juin|giu(?:gno)?',
    'jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?',
    'aug(?:ust|ustus)?|aout|ago(?:sto)?',
    'sep(?:t|tember|tembre|tiembre)?|set(?:embre|tembre|embro)?',
    'o[ck]t(?:ober|obre|ubre)?|out(?:ubro)?|ott(?:obre)?',
    'nov(?:ember|embre|iembre|embro)?',
    'de[cz](?:ember|embre|embro)?|dic(?:iembre|embre)?',
  ].join('|')})$`,
);

const WEEKDAY =
  /^(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|mo|di|mi|do|fr|sa|so|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|lun(?:di|es)?|mar(?:di|tes)?|mer(?:credi)?|mie(?:rcoles)?|jeu(?:di)?|jue(?:ves)?|ven(?:dredi)?|vie(?:rnes)?|sam(?:edi)?|sab(?:ado)?|dim(?:anche)?|dom(?:ingo)?)$/;

/** Numbers, ordinals, halves of the day, zones, and small words between them. */
const OTHER = /^(?:\d{1,4}|\d{1,2}(?:st|nd|rd|th|er)|[ap]m?|m|utc|gmt|z|of|de|del|den|der|le|at|um)$/;

/** A week or a quarter of a year: 2024-W05, 2024-W05-1, 2024Q3, Q3 2024. */
const PART_OF_YEAR = /^(?:\d{4}[- ]?W\d{2}(?:-?\d)?|\d{4}[- /]?Q[1-4]|Q[1-4][- /]?\d{4})$/i;

/** Longer texts are no dates. */
const MAX_LENGTH = 60;

/**
 * Whether a text names a day, a month, a week or a quarter in a way that is not read: `Mon Jan  5 15:04:05
 * 2026`, `5. Januar 2026`, `Jan-26`, `10/Oct/2000:13:55:36 -0700`, `2026-W05`.
 */
export function isNamedDate(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  if (PART_OF_YEAR.test(text)) return true;
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.split(/[\s,./:'\u2019+-]+/).filter((word) => word !== '');
  const isName = (word: string) => MONTH.test(word) || WEEKDAY.test(word);
  return (
    words.some((word) => /^\d/.test(word)) &&
    words.some(isName) &&
    words.every((word) => isName(word) || OTHER.test(word))
  );
}
