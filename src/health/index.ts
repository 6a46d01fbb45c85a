export type { HealthStatus, HealthTrouble, IndicatorReport } from '../core/health-link.ts';
export { custom, type CustomOptions, type Finding, type HealthCheck, type PeerOptions } from './check.ts';
export type { GroupHealth, HealthComponent } from './group.ts';
export { certificate, certificateFile, type CertificateOptions } from './checks/certificate.ts';
export type { TlsOptions } from './checks/connection.ts';
export { disk, type DiskOptions } from './checks/disk.ts';
export { dns, type DnsOptions } from './checks/dns.ts';
export {
  elasticsearch,
  type ElasticsearchClient,
  type ElasticsearchOptions,
  opensearch,
} from './checks/elasticsearch.ts';
export { grpc, type GrpcClient, type GrpcOptions } from './checks/grpc.ts';
export { http, type HttpOptions } from './checks/http.ts';
export { kafka, type KafkaAdmin } from './checks/kafka.ts';
export { memcached, type MemcachedClient } from './checks/memcached.ts';
export { mongodb, type MongodbClient } from './checks/mongodb.ts';
export { mysql, type MysqlConnection, type MysqlPool } from './checks/mysql.ts';
export { postgres, type PostgresClient, type PostgresPool } from './checks/postgres.ts';
export { rabbitmq, type RabbitmqChannel, type RabbitmqConnection } from './checks/rabbitmq.ts';
export { redis, type RedisClient } from './checks/redis.ts';
export { smtp, type SmtpOptions } from './checks/smtp.ts';
export { tcp } from './checks/tcp.ts';
export type { HealthOptions, IndicatorOptions } from './options.ts';
export { health, HealthRegistry } from './registry.ts';
export { type Trouble, troubles } from './troubles.ts';
