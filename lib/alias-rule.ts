/** What an alias may be called: nobody can take it for a version, or for the champion. */
export const ALIAS_NAME = /^(?!v\d+$)(?!champion$)[a-z][a-z0-9-]{0,31}$/;

/** The rule of aliases, in words. */
export const ALIAS_NAME_RULE = '1 to 32 of a-z, 0-9 and -, the first a letter, not like a version (v3)';
