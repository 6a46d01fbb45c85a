import 'reflect-metadata';
import { Controller, Get, HttpCode, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller()
class ShopController {
  @Get('users/:id')
  user(@Param('id') id: string) {
    return { id };
  }

  @Post('reports')
  @HttpCode(202)
  report() {
    return 'accepted';
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

async function start() {
  const app = await NestFactory.create(ShopModule);
  // SIGTERM, which Respite sends when a worker is to end, runs onModuleDestroy and the other hooks.
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
}
void start();
