/** A key as S3 writes it in events and encoded listings: encoded like a form's field, but for the slash, which stays. */
export function encodeKey(key: string): string {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  return encoded.replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
