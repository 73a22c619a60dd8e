/**
 * Calls the bundle of the models function with each event of the JSON on standard input, in a process of its
 * own, so that its memory can be measured: plain JavaScript, since stripping types takes memory. Prints each
 * answer's status and sizes, and the most memory that the process had.
 */
const { handler } = await import(process.argv[2]);

let input = '';
for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk;
const answers = [];
for (const event of JSON.parse(input)) {
  const answer = await handler(event, { awsRequestId: 'request-1', functionName: 'models' });
  answers.push({
    route: event.routeKey,
    status: answer.statusCode,
    bodyBytes: Buffer.byteLength(answer.body ?? ''),
    returnedBytes: Buffer.byteLength(JSON.stringify(answer)),
  });
}
process.stdout.write(
  `\n${JSON.stringify({ answers, mostMemoryMb: process.resourceUsage().maxRSS / 1024 })}\n`,
);
