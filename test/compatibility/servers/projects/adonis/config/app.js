import { defineConfig } from '@adonisjs/core/http';

export const appKey = 'averylongsecretforthecompatibilitysuite';
export const http = defineConfig({ generateRequestId: false, allowMethodSpoofing: false, useAsyncLocalStorage: false, cookie: {} });
