import server from '@adonisjs/core/services/server';
import router from '@adonisjs/core/services/router';

server.use([]);
router.use([() => import('@adonisjs/core/bodyparser_middleware')]);
