/** US dollars for a gigabyte that CloudWatch Logs takes in. Source: https://aws.amazon.com/cloudwatch/pricing/, us-east-1, 2026. */
const DOLLARS_PER_GIGABYTE = 0.5;

/** What the metrics of a million requests cost, in US dollars, beside the price of each series. @param bytesPerRequest of EMF lines */
export function emissionDollarsPerMillion(bytesPerRequest: number): number {
  return (bytesPerRequest * 1e6 * DOLLARS_PER_GIGABYTE) / 1e9;
}
