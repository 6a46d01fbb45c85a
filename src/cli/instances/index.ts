export { instancePort, type InstanceFlags } from './port.ts';
