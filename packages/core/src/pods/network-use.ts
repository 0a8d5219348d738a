import type { Container } from '../cluster/workloads.ts';
import { wordsOf } from './run-to-completion.ts';

// Guesses, all of them: names of programs that do nothing without a network, as they stand in commands of real manifests.
// `nslookup`, `dig` and `ping` are left out: neither UDP nor ICMP is redirected.
const CLIENTS: ReadonlySet<string> = new Set([
  'curl',
  'wget',
  'nc',
  'ncat',
  'netcat',
  'telnet',
  'psql',
  'pg_isready',
  'mysql',
  'mysqladmin',
  'mongo',
  'mongosh',
  'redis-cli',
  'amqp-declare-queue',
  'kafka-topics',
  'kafka-topics.sh',
  'wait-for',
  'wait-for.sh',
  'wait-for-it',
  'wait-for-it.sh',
  'wait-for-postgres.sh',
  'wait4ports',
  'dockerize',
  'grpcurl',
  'grpc_health_probe',
  'flyway',
  'liquibase',
  'alembic',
  'gsutil',
  'kubectl',
  'apk',
  'apt-get',
]);

// A program and the word behind it.
const PAIRS: ReadonlySet<string> = new Set([
  'git clone',
  'git fetch',
  'git pull',
  'aws s3',
  'db migrate',
  'migrate up',
  'manage.py migrate',
  'artisan migrate',
  'pip install',
  'npm install',
  'gem install',
  'typeorm migration',
]);

const WAITING: ReadonlySet<string> = new Set(['until', 'while', 'dockerize', 'wait4ports', 'retry']);

/** What the words of a container tell of the network. */
export interface NetworkUse {
  /** The program that calls out: "curl". */
  readonly program: string;
  /** Whether it is tried again until it succeeds, as loops and waiters do. */
  readonly retried: boolean;
}

/** Whether the command of a container seems to call out; a guess by the names of programs. */
export function networkUse(container: Container): NetworkUse | undefined {
  const words = wordsOf([container], false)
    .split(/[^\w./-]+/)
    .map((word) => word.slice(word.lastIndexOf('/') + 1));
  const retried = words.some((word) => WAITING.has(word) || word.startsWith('wait-for') || word === '--retry');
  for (const [i, word] of words.entries()) {
    if (CLIENTS.has(word)) return { program: word, retried };
    const pair = `${word} ${words[i + 1] ?? ''}`;
    if (PAIRS.has(pair)) return { program: pair, retried };
  }
  return undefined;
}
