export { defineConfig, type RespiteConfig } from './config.ts';
