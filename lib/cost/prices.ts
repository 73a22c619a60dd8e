/** The price of one unit, and what the unit is. */
export interface Price {
  readonly usd: number;
  readonly unit: string;
  /** Path below https://aws.amazon.com/ */
  readonly page: string;
}

/**
 * US dollars in us-east-1, from AWS's public price list of November 2026, without the free tier. The prices
 * are written down here, not fetched. Other regions cost up to a third more.
 */
export const PRICES = {
  apiRequest: { usd: 1 / 1e6, unit: 'HTTP API request', page: 'api-gateway/pricing' },
  functionCall: { usd: 0.2 / 1e6, unit: 'call', page: 'lambda/pricing' },
  functionGigabyteSecond: { usd: 0.0000133334, unit: 'GB-second on arm64', page: 'lambda/pricing' },
  logGigabyte: { usd: 0.5, unit: 'GB of log taken in', page: 'cloudwatch/pricing' },
  logGigabyteMonth: { usd: 0.03, unit: 'GB-month of log, compressed', page: 'cloudwatch/pricing' },
  alarmMonth: { usd: 0.1, unit: 'alarm-month', page: 'cloudwatch/pricing' },
  dashboardMonth: { usd: 3, unit: 'dashboard-month', page: 'cloudwatch/pricing' },
  metricMonth: {
    usd: 0.3,
    unit: 'metric-month, by the hour in which it is sent',
    page: 'cloudwatch/pricing',
  },
  metricRead: { usd: 0.01 / 1e3, unit: 'metric requested', page: 'cloudwatch/pricing' },
  trace: { usd: 5 / 1e6, unit: 'trace', page: 'xray/pricing' },
  tableRead: { usd: 0.125 / 1e6, unit: 'read request unit', page: 'dynamodb/pricing/on-demand' },
  tableGigabyteMonth: { usd: 0.25, unit: 'GB-month of table', page: 'dynamodb/pricing/on-demand' },
  recoveryGigabyteMonth: { usd: 0.2, unit: 'GB-month of recovery', page: 'dynamodb/pricing/on-demand' },
  objectPut: { usd: 0.005 / 1e3, unit: 'PUT', page: 's3/pricing' },
  objectGet: { usd: 0.0004 / 1e3, unit: 'GET', page: 's3/pricing' },
  objectGigabyteMonth: { usd: 0.023, unit: 'GB-month of objects', page: 's3/pricing' },
  queueRequest: { usd: 0.4 / 1e6, unit: 'SQS request', page: 'sqs/pricing' },
  stateTransition: { usd: 0.025 / 1e3, unit: 'state transition', page: 'step-functions/pricing' },
  scheduledCall: { usd: 1 / 1e6, unit: 'scheduled call', page: 'eventbridge/pricing' },
} as const satisfies Record<string, Price>;
