import { Body, Controller, Get, Module, Post } from '@nestjs/common';

@Controller()
class AppController {
  @Get()
  hello() {
    return 'hello nestjs';
  }

  @Post('items')
  add(@Body() item: object) {
    return item;
  }
}

@Module({ controllers: [AppController] })
export class AppModule {}
