import router from '@adonisjs/core/services/router';

router.get('/', () => 'hello adonis');
router.post('/items', ({ request, response }) => response.created(request.body()));
