import { insecure } from './given.ts';
// The guide:
import { Client } from '@grpc/grpc-js';
import { Kafka } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { certificate, grpc, kafka, mongodb, smtp } from 'respite/health';

const brokers = new Kafka({ brokers: ['kafka-1:9092'], retry: { retries: 0 } });

export const indicators = {
  mongodb: { check: mongodb(new MongoClient('mongodb://mongo-1:27017')) },
  kafka: { check: kafka(brokers.admin()) },
  orders: { check: grpc(new Client('orders:50051', insecure), { service: 'shop.Orders' }) },
  mail: { check: smtp('mail.example', { port: 587, tls: 'starttls' }) },
  certificate: { check: certificate('www.example', { minDays: 21 }), intervalMs: 3_600_000 },
};
