import type { Script } from './script.js';
import { agent, bot, caller } from './script.js';

const APOLOGY =
  'Lo siento, ese sistema no me responde en este momento. He anotado lo que necesita y un compañero le escribirá antes de una hora.';

export const DELAYED_ORDER: Script = {
  name: 'pedido-retrasado',
  language: 'es',
  direction: 'INBOUND',
  flow: 'atencion-tienda',
  campaign: null,
  lines: [
    bot('Casa Roble, buenas tardes. Soy la asistente virtual. ¿En qué puedo ayudarle?'),
    caller('Hola, mi pedido tenía que llegar ayer y no sé nada de él.', 'concern'),
    bot('Lo miro ahora mismo. ¿Me dice el número de pedido, por favor?'),
    caller('Es el {order}.'),
    bot('Gracias, {name}. El transportista lo retuvo un día y ahora la entrega es el {day} a las {time}.', {
      uses: {
        name: 'consultar_pedido',
        ms: 880,
        asks: { pedido: '{order}' },
        answers: { pedido: '{order}', estado: 'EN_REPARTO', entrega: '{day}' },
      },
    }),
    caller('¿Y me devuelven los gastos de envío por el retraso?'),
    bot('Sí, cuando el retraso pasa de un día los gastos de envío corren de nuestra cuenta.', {
      reads: { query: 'devolución de gastos de envío por retraso', hits: 3 },
    }),
    caller('De acuerdo, muchas gracias.', 'gratitude'),
    bot('A usted. Que tenga un buen día.'),
  ],
  apology: APOLOGY,
  summary:
    'El pedido se retrasó un día. Se informó de la nueva entrega y de la devolución de los gastos de envío.',
  tags: ['entrega', 'retraso'],
  dispositions: [
    { name: 'resultado', value: 'RESUELTO' },
    { name: 'tema', value: 'ENTREGA' },
  ],
};

export const REMINDER: Script = {
  name: 'recordatorio-cita',
  language: 'es',
  direction: 'OUTBOUND',
  flow: 'recordatorios',
  campaign: 'revision-de-otono',
  lines: [
    bot('Buenos días, llamo del taller Rueda Libre. ¿Hablo con {name}?'),
    caller('Sí, soy yo. Dígame.'),
    bot('Le recuerdo la revisión de su bicicleta el {day} a las {time}. ¿Le sigue viniendo bien?'),
    caller('Uf, a esa hora trabajo. ¿Podría ser un poco más tarde?', 'concern'),
    bot('Tengo un hueco una hora después, el mismo día. ¿Se lo reservo?', {
      uses: {
        name: 'buscar_huecos',
        ms: 640,
        asks: { dia: '{day}', despuesDe: '{time}' },
        answers: { huecos: 2, primero: 'una hora después' },
      },
    }),
    caller('Perfecto, resérvelo.', 'satisfaction'),
    bot('Hecho. Le enviaré un mensaje con la hora nueva. ¡Hasta pronto!', {
      uses: {
        name: 'cambiar_cita',
        ms: 970,
        asks: { cita: '{order}', dia: '{day}' },
        answers: { cambiada: true },
      },
    }),
    caller('Gracias, adiós.'),
  ],
  voicemail:
    'Buenos días, {name}. Le llamamos del taller Rueda Libre para recordarle la revisión de su bicicleta el {day} a las {time}. Si no puede venir, llámenos. Gracias.',
  apology: APOLOGY,
  summary: 'Se recordó la revisión de la bicicleta y la cita pasó a una hora más tarde.',
  tags: ['cita', 'recordatorio'],
  dispositions: [
    { name: 'resultado', value: 'CITA_CAMBIADA' },
    { name: 'paso', value: 'PRIMERA_LLAMADA' },
  ],
};

export const INVOICE: Script = {
  name: 'factura',
  language: 'es',
  direction: 'INBOUND',
  flow: 'atencion-tienda',
  campaign: null,
  lines: [
    bot('Casa Roble, buenas tardes. Soy la asistente virtual. ¿En qué puedo ayudarle?'),
    caller('Me han cobrado dos veces la misma mesa, en el pedido {order}.', 'frustration'),
    bot('Ya veo los dos cargos, {name}. Lo siento. Uno de ellos sigue pendiente en el banco.', {
      uses: {
        name: 'consultar_cobros',
        ms: 1_080,
        asks: { pedido: '{order}' },
        answers: { cobros: 2, pendientes: 1, importe: '249.00' },
      },
    }),
    caller('Pues quiero hablar con alguien de facturación, por favor.'),
    bot('Por supuesto. Le paso con una compañera y le explico el caso. Un momento.'),
  ],
  handover: {
    queue: 'facturacion',
    lines: [
      agent('Buenas tardes, {name}, soy {agent}. Tengo delante los dos cargos de la mesa.'),
      caller('¿Y cuándo recupero el segundo?'),
      agent('Lo anulo ahora mismo; su banco se lo devuelve el {day} como muy tarde.'),
      caller('Muy bien. ¿Me llega algún justificante?', 'relief'),
      agent('Se lo acabo de enviar por correo. Perdone las molestias.'),
      caller('Gracias por arreglarlo tan rápido.', 'gratitude'),
    ],
  },
  apology: APOLOGY,
  summary: 'Un pedido se cobró dos veces. El cliente pidió hablar con facturación y se le pasó la llamada.',
  tags: ['cobro', 'facturación'],
  dispositions: [
    { name: 'resultado', value: 'TRANSFERIDO' },
    { name: 'tema', value: 'FACTURA' },
  ],
};
