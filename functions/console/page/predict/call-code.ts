/** One call of the API as code to copy. */
export interface CallCode {
  readonly language: string;
  readonly code: string;
}

/**
 * The call that was just made, in the shell, Python and JavaScript. Values are written as JSON, which is
 * Python's and JavaScript's own notation but for Python's None.
 *
 * @param url absolute
 * @param body what is sent
 * @param hasToken whether the API wants one; the code names a variable, never the token itself
 */
export function callCode(url: string, body: unknown, hasToken: boolean): CallCode[] {
  const json = JSON.stringify(body);
  const header = hasToken ? ` -H "Authorization: Bearer $TOKEN"` : '';
  return [
    { language: 'curl', code: `curl -s ${shellQuoted(url)}${header} --json ${shellQuoted(json)}` },
    { language: 'Python', code: python(url, json, hasToken) },
    { language: 'JavaScript', code: javaScript(url, json, hasToken) },
  ];
}

/** Within single quotes a shell changes nothing; a quote ends them, is escaped, and begins them again. */
const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function python(url: string, json: string, hasToken: boolean): string {
  const token = hasToken ? ', "Authorization": f"Bearer {os.environ[\'TOKEN\']}"' : '';
  return [
    `import json${hasToken ? ', os' : ''}, urllib.request`,
    '',
    // A JSON text within a string: whatever it holds, Python reads the same.
    `body = json.loads(${JSON.stringify(json)})`,
    'request = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    '    data=json.dumps(body).encode(),',
    `    headers={"Content-Type": "application/json"${token}},`,
    ')',
    'print(json.load(urllib.request.urlopen(request)))',
  ].join('\n');
}

function javaScript(url: string, json: string, hasToken: boolean): string {
  const token = hasToken ? ", Authorization: 'Bearer YOUR_TOKEN'" : '';
  return [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    "  method: 'POST',",
    `  headers: { 'Content-Type': 'application/json'${token} },`,
    `  body: JSON.stringify(${json}),`,
    '});',
    'console.log(await answer.json());',
  ].join('\n');
}
