import type { Script } from './script.js';
import { agent, bot, caller } from './script.js';

const APOLOGY =
  'I am sorry, that system is not answering me right now. I have written down what you need, and a colleague will send you a message within the hour.';

export const ORDER_STATUS: Script = {
  name: 'order-status',
  language: 'en',
  direction: 'INBOUND',
  flow: 'store-support',
  campaign: null,
  lines: [
    bot('Harbor and Pine, good to hear from you. This is the virtual assistant. What can I do for you?'),
    caller('Hi, I ordered a standing lamp last week and it still is not here.', 'concern'),
    bot('Let me find out where it is. Do you have the order number at hand?'),
    caller('Yes, it is {order}.'),
    bot('Thank you, {name}. It left our warehouse yesterday and should reach you on {day} before {time}.', {
      uses: {
        name: 'lookup_order',
        ms: 820,
        asks: { order: '{order}' },
        answers: { order: '{order}', state: 'SHIPPED', expectedOn: '{day}', parcels: 1 },
      },
    }),
    caller('Can the driver leave it with my neighbor if I am out?'),
    bot('Of course. I have added that to the delivery note. Is there anything else?', {
      uses: {
        name: 'update_delivery_note',
        ms: 540,
        asks: { order: '{order}', note: 'May be left with the neighbor.' },
        answers: { saved: true },
      },
    }),
    caller('No, that was all. Thanks a lot!', 'gratitude'),
    bot('You are welcome. Enjoy your new lamp, and have a good day.'),
  ],
  apology: APOLOGY,
  summary:
    'The customer asked where an order was. It is on its way; a note lets the driver leave it next door.',
  tags: ['delivery', 'order status'],
  dispositions: [
    { name: 'result', value: 'ANSWERED' },
    { name: 'topic', value: 'DELIVERY' },
  ],
};

export const RETURN: Script = {
  name: 'return',
  language: 'en',
  direction: 'INBOUND',
  flow: 'store-support',
  campaign: null,
  lines: [
    bot('Harbor and Pine, this is the virtual assistant. How can I help?'),
    caller('The curtains I bought are too short. Can I send them back even though I opened the bag?'),
    bot('Yes. Textiles may come back within thirty days, opened or not, as long as they were not washed.', {
      reads: { query: 'return policy for opened textiles', hits: 3 },
    }),
    caller('Great. And who pays for the parcel?'),
    bot('We do, when you use our label. Would you like me to send it to you by e-mail?', {
      reads: { query: 'who pays for return shipping', hits: 2 },
    }),
    caller('Please. The order is {order}.'),
    bot(
      'Done, {name}. The label is in your inbox, and the refund follows two days after the parcel is back.',
      {
        uses: {
          name: 'create_return',
          ms: 1_150,
          asks: { order: '{order}', reason: 'WRONG_SIZE' },
          answers: { accepted: true, labelSent: true, refundDays: 2 },
        },
      },
    ),
    caller('That was easier than I thought. Thank you.', 'gratitude'),
    bot('Happy to help. Goodbye!'),
  ],
  apology: APOLOGY,
  summary: 'The customer returns curtains of the wrong size. The rules were explained and a label was sent.',
  tags: ['return', 'refund'],
  dispositions: [
    { name: 'result', value: 'RETURN_CREATED' },
    { name: 'topic', value: 'RETURNS' },
  ],
};

export const APPOINTMENT: Script = {
  name: 'appointment',
  language: 'en',
  direction: 'INBOUND',
  flow: 'appointments',
  campaign: null,
  lines: [
    bot('Maple Street Dental, you are speaking with the booking assistant. Would you like an appointment?'),
    caller('Yes, a check-up for me, some time this week if you have anything.'),
    bot('I have {day} at {time}, or early the next morning. Which one suits you better?', {
      uses: {
        name: 'find_slots',
        ms: 690,
        asks: { service: 'check-up', within: 'this week' },
        answers: {
          slots: [
            { day: '{day}', time: '{time}' },
            { day: 'next morning', time: '8:20 am' },
          ],
        },
      },
    }),
    caller('{day} is perfect. Do I have to bring anything?'),
    bot('Only your insurance card, and the X-ray pictures if you had any taken elsewhere this year.', {
      reads: { query: 'what to bring to a first check-up', hits: 4 },
    }),
    caller('All right, put me down for that.', 'satisfaction'),
    bot('You are booked for {day} at {time}, {name}. You will get a text message the day before.', {
      uses: {
        name: 'book_slot',
        ms: 910,
        asks: { day: '{day}', time: '{time}', service: 'check-up' },
        answers: { booked: true, reference: '{order}' },
      },
    }),
    caller('Wonderful, see you then.', 'gratitude'),
  ],
  apology: APOLOGY,
  summary: 'A check-up was booked in the slot the patient chose; what to bring was explained.',
  tags: ['booking', 'check-up'],
  dispositions: [
    { name: 'result', value: 'BOOKED' },
    { name: 'service', value: 'CHECK_UP' },
  ],
};

export const RENEWAL: Script = {
  name: 'renewal',
  language: 'en',
  direction: 'OUTBOUND',
  flow: 'membership-renewal',
  campaign: 'autumn-renewal',
  lines: [
    bot('Hello, this is the assistant of the Riverside Climbing Hall. Am I speaking with {name}?'),
    caller('Yes, speaking. What is this about?'),
    bot('Your membership ends on {day}. Members who renew now keep last year’s price. May I tell you more?'),
    caller('I was going to ask. How much is it, and can I still pause it in summer?'),
    bot('It stays at thirty-nine dollars a month, and you may pause it for up to eight weeks a year.', {
      reads: { query: 'membership price and pause rules', hits: 5 },
    }),
    caller('Then yes, go ahead and renew it.', 'satisfaction'),
    bot('It is renewed for twelve months. A confirmation is on its way to you.', {
      uses: {
        name: 'renew_membership',
        ms: 1_020,
        asks: { member: '{order}', months: 12 },
        answers: { renewed: true, months: 12, monthlyPrice: '39.00' },
      },
    }),
    caller('Thanks, bye.'),
  ],
  voicemail:
    'Hello {name}, this is the assistant of the Riverside Climbing Hall. Your membership ends on {day}. Call us back before then to keep your price. Goodbye.',
  apology: APOLOGY,
  summary: 'The member renewed for twelve months at the price of last year.',
  tags: ['renewal', 'membership'],
  dispositions: [
    { name: 'result', value: 'AGREED' },
    { name: 'campaign step', value: 'FIRST_CALL' },
  ],
};

export const DAMAGED: Script = {
  name: 'damaged',
  language: 'en',
  direction: 'INBOUND',
  flow: 'store-support',
  campaign: null,
  lines: [
    bot('Harbor and Pine, this is the virtual assistant. What can I do for you?'),
    caller(
      'My bookshelf arrived with a broken side panel. This is the second time it happens!',
      'frustration',
    ),
    bot('I am sorry, that must be annoying. Is it order {order}?', {
      uses: {
        name: 'lookup_order',
        ms: 760,
        asks: { phone: 'caller' },
        answers: { order: '{order}', state: 'DELIVERED', complaints: 1 },
      },
    }),
    caller('Yes. And honestly I would rather talk to a person now.', 'frustration'),
    bot('I understand. I am connecting you with a colleague and will tell them what happened. One moment.'),
  ],
  handover: {
    queue: 'claims',
    lines: [
      agent('Hello {name}, this is {agent}. I heard about the panel, and I am sorry it happened twice.'),
      caller('Thank you. So what do we do about it?'),
      agent('I am sending a new shelf by a furniture carrier on {day}, and they take the old one with them.'),
      caller('Good. Then I do not have to pack it again?', 'relief'),
      agent('No need to. I have also taken ten percent off the order for the trouble.'),
      caller('I appreciate that. Goodbye.', 'gratitude'),
    ],
  },
  apology: APOLOGY,
  summary:
    'A shelf came damaged for the second time. The customer wanted a person and was connected to claims.',
  tags: ['damage', 'claim', 'escalation'],
  dispositions: [
    { name: 'result', value: 'HANDED_OVER' },
    { name: 'topic', value: 'DAMAGE' },
  ],
};
