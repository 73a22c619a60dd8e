/** A key in S3's events and encoded listings: form-encoded, except that a slash stays. */
export function encodeKey(key: string): string {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  return encoded.replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
