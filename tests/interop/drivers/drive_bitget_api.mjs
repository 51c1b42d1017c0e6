// Drives the npm package `bitget-api` (RestClientV2, WebsocketClientV2) in Node against the simulator.
//
// The first argument is the folder with its node_modules; the task comes as one JSON line on standard input.
// Prints one JSON line per method: method, mode, verdict (ok, refused, failed), detail.

import { createRequire } from 'node:module';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const require = createRequire(pathToFileURL(path.join(process.argv[2], 'package.json')));
const { RestClientV2, WebsocketClientV2 } = require('bitget-api');

const [line] = await once(createInterface({ input: process.stdin }), 'line');
const task = JSON.parse(line);
const hedge = task.mode === 'hedge';
const keys = { apiKey: task.api_key, apiSecret: task.secret, apiPass: task.passphrase };
const client = new RestClientV2({ ...keys, baseUrl: task.rest });

const PATIENCE = 20_000;
const PAUSE = 110; // milliseconds; the strictest order routes allow ten requests a second
const productType = 'USDT-FUTURES';
const symbol = 'BTCUSDT';
const marginCoin = 'USDT';
const pair = { symbol, productType };
const coin = { ...pair, marginCoin };

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const tell = (fact) => process.stdout.write(JSON.stringify(fact) + '\n');
const steps = [];
const step = (method, attempt) => steps.push([method, attempt]);

class Wrong extends Error {}
function expect(truth, words) {
  if (!truth) throw new Wrong(typeof words === 'string' ? words : JSON.stringify(words));
}

function patiently(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Wrong(`nothing came within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function until(read, good) {
  for (let tries = 0; tries < 100; tries += 1) {
    const value = await read();
    if (good(value)) return value;
    await sleep(PAUSE);
  }
  throw new Wrong('never became as expected');
}

/** The data of a reply; the client throws what the exchange refuses. */
const data = async (promise) => {
  await sleep(PAUSE);
  return (await promise()).data;
};

async function refused(code, attempt) {
  try {
    await data(attempt);
  } catch (error) {
    const given = error?.body?.code;
    expect(String(given ?? '').startsWith(code), error?.body ?? String(error));
    return;
  }
  throw new Wrong(`not refused with ${code}`);
}

const market = async (away = 0) => {
  const [ticker] = await data(() => client.getFuturesTicker(pair));
  return (Number(ticker.lastPr) * (1 + away)).toFixed(1);
};

const opening = (side) => ({
  ...coin, marginMode: 'crossed', side, size: '0.01', ...(hedge ? { tradeSide: 'open' } : {}),
});

/** A resting limit order; returns its ids. */
const rest = async (more = {}) => data(async () => client.futuresSubmitOrder({
  ...opening('buy'), orderType: 'limit', force: 'gtc', price: await market(-0.02), ...more,
}));

const position = async () => (await data(() => client.getFuturesPosition(coin)))[0];

const enter = async (side = 'buy', more = {}) => {
  await data(() => client.futuresSubmitOrder({ ...opening(side), orderType: 'market', ...more }));
  return until(position, (found) => found !== undefined);
};

const leave = async () => {
  const found = await position();
  const side = found.holdSide === 'long' ? 'buy' : 'sell';
  const opposite = found.holdSide === 'long' ? 'sell' : 'buy';
  const words = hedge ? { side, tradeSide: 'close' } : { side: opposite, reduceOnly: 'YES' };
  await data(() => client.futuresSubmitOrder({
    ...coin, marginMode: found.marginMode, orderType: 'market', size: found.total, ...words,
  }));
  await until(position, (still) => still === undefined);
};

const cancel = (orderId) => data(() => client.futuresCancelOrder({ ...pair, orderId }));

const plan = async (more = {}) => data(async () => client.futuresSubmitPlanOrder({
  ...opening('buy'), planType: 'normal_plan', orderType: 'market', triggerType: 'fill_price',
  triggerPrice: await market(-0.03), ...more,
}));

const plans = async (planType) => (
  (await data(() => client.getFuturesPlanOrders({ productType, planType }))).entrustedList ?? []
);

const cancelPlan = (orderId, planType) => data(() => client.futuresCancelPlanOrder({
  ...coin, planType, orderIdList: [{ orderId }],
}));

const holder = () => (hedge ? 'long' : 'buy');

async function tidy() {
  const attempts = [
    () => client.futuresCancelAllOrders({ productType }),
    ...[
      'normal_plan', 'track_plan', 'profit_plan', 'loss_plan', 'pos_profit', 'pos_loss', 'moving_plan',
    ].map(
      (planType) => () => client.futuresCancelPlanOrder({ productType, planType }),
    ),
    () => client.futuresFlashClosePositions({ productType }),
  ];
  for (const attempt of attempts) await data(attempt).catch(() => undefined);
  await sleep(300);
}

// The market

step('getServerTime', async () => {
  const { serverTime } = await data(() => client.getServerTime());
  expect(Math.abs(Number(serverTime) - Date.now()) < 5_000, serverTime);
});
step('getFuturesContractConfig', async () => {
  const rows = await data(() => client.getFuturesContractConfig({ productType }));
  expect(rows.length === 2 && rows.every((row) => row.symbolStatus === 'normal'), rows);
});
step('getFuturesTicker', async () => {
  const [ticker] = await data(() => client.getFuturesTicker(pair));
  expect(Number(ticker.bidPr) < Number(ticker.askPr), ticker);
});
step('getFuturesAllTickers', async () => {
  expect((await data(() => client.getFuturesAllTickers({ productType }))).length === 2, 'two symbols');
});
step('getFuturesMergeDepth', async () => {
  const book = await data(() => client.getFuturesMergeDepth({ ...pair, limit: '15' }));
  expect(book.bids.length === 15 && Number(book.bids[0][0]) < Number(book.asks[0][0]), book);
});
step('getFuturesRecentTrades', async () => {
  const rows = await until(
    () => data(() => client.getFuturesRecentTrades({ ...pair, limit: '20' })), (found) => found.length > 0,
  );
  expect(['buy', 'sell'].includes(rows[0].side.toLowerCase()), rows[0]);
});
step('getFuturesHistoricTrades', async () => {
  const rows = await data(() => client.getFuturesHistoricTrades({ ...pair, limit: '20' }));
  expect(rows.length > 0 && rows[0].tradeId, rows);
});
for (const method of [
  'getFuturesCandles', 'getFuturesHistoricCandles', 'getFuturesHistoricIndexPriceCandles',
  'getFuturesHistoricMarkPriceCandles',
]) {
  step(method, async () => {
    const rows = await data(() => client[method]({ ...pair, granularity: '1m', limit: '10' }));
    expect(rows.length === 10 && Number(rows[0][0]) < Number(rows[9][0]), rows);
  });
}
step('getFuturesOpenInterest', async () => {
  const reply = await data(() => client.getFuturesOpenInterest(pair));
  expect(Number(reply.openInterestList[0].size) > 0, reply);
});
step('getFuturesNextFundingTime', async () => {
  const [row] = await data(() => client.getFuturesNextFundingTime(pair));
  expect(Number(row.nextFundingTime) > Date.now() && Number(row.ratePeriod) > 0, row);
});
step('getFuturesSymbolPrice', async () => {
  const [row] = await data(() => client.getFuturesSymbolPrice(pair));
  expect(Number(row.markPrice) > 0 && Number(row.indexPrice) > 0, row);
});
step('getFuturesHistoricFundingRates', async () => {
  const rows = await data(() => client.getFuturesHistoricFundingRates({ ...pair, pageSize: '10' }));
  expect(rows.length === 10, rows);
});
step('getFuturesCurrentFundingRate', async () => {
  const [row] = await data(() => client.getFuturesCurrentFundingRate(pair));
  expect(Math.abs(Number(row.fundingRate)) < 0.03, row);
});
step('getFuturesOiLimit', async () => {
  const rows = await data(() => client.getFuturesOiLimit(pair));
  expect(rows[0].symbol === symbol && Number(rows[0].notionalValue) > 0, rows);
});
step('getFuturesPositionTier', async () => {
  const rows = await data(() => client.getFuturesPositionTier(pair));
  expect(rows[0].startUnit === '0' && Number(rows[0].leverage) >= Number(rows.at(-1).leverage), rows);
});
step('getFuturesVIPFeeRate', async () => {
  const rows = await data(() => client.getFuturesVIPFeeRate());
  expect(rows.length > 0 && Number(rows[0].takerFeeRate) > 0, rows);
});
step('getFuturesDiscountRate', async () => {
  expect(Array.isArray(await data(() => client.getFuturesDiscountRate())), 'a list');
});
step('getFuturesInterestExchangeRate', async () => {
  expect(Array.isArray(await data(() => client.getFuturesInterestExchangeRate())), 'a list');
});
step('getFuturesInterestRateHistory', async () => {
  expect(await data(() => client.getFuturesInterestRateHistory({ coin: 'USDT' })), 'an answer');
});

// The account

step('getTradeRate', async () => {
  const rate = await data(() => client.getTradeRate({ symbol, businessType: 'mix' }));
  expect(Number(rate.makerFeeRate) < Number(rate.takerFeeRate), rate);
});
step('getFuturesAccountAsset', async () => {
  const account = await data(() => client.getFuturesAccountAsset(coin));
  expect(Number(account.accountEquity) > 900_000, account);
  expect(account.posMode === (hedge ? 'hedge_mode' : 'one_way_mode'), account.posMode);
});
step('getFuturesAccountAssets', async () => {
  const [account] = await data(() => client.getFuturesAccountAssets({ productType }));
  expect(account.marginCoin === 'USDT', account);
});
step('getFuturesSubAccountAssets', async () => {
  expect(Array.isArray(await data(() => client.getFuturesSubAccountAssets({ productType }))), 'a list');
});
step('getFuturesInterestHistory', async () => {
  expect(await data(() => client.getFuturesInterestHistory({
    productType, startTime: String(Date.now() - 3_600_000), endTime: String(Date.now()),
  })), 'an answer');
});
step('getFuturesAccountBills', async () => {
  const reply = await data(() => client.getFuturesAccountBills({ productType }));
  expect(Array.isArray(reply.bills), reply);
});
step('getFuturesOpenCount', async () => {
  const reply = await data(() => client.getFuturesOpenCount({
    ...coin, openAmount: '5000', openPrice: '50000', leverage: '20',
  }));
  expect(Number(reply.size) > 0, reply);
});
step('getFuturesMaxOpenableQuantity', async () => {
  const reply = await data(() => client.getFuturesMaxOpenableQuantity({
    ...coin, posSide: 'long', orderType: 'market',
  }));
  expect(Number(reply.maxOpen) > 0, reply);
});
step('getFuturesLiquidationPrice', async () => {
  const reply = await data(() => client.getFuturesLiquidationPrice({
    ...coin, posSide: 'short', orderType: 'market', openAmount: '1',
  }));
  expect(Number(reply.liqPrice) > 0, reply);
});
step('getFuturesIsolatedSymbols', async () => {
  expect(Array.isArray(await data(() => client.getFuturesIsolatedSymbols({ productType }))), 'a list');
});
step('setFuturesLeverage', async () => {
  const reply = await data(() => client.setFuturesLeverage({ ...coin, leverage: '9' }));
  expect(Number(reply.crossMarginLeverage ?? reply.longLeverage) === 9, reply);
  await data(() => client.setFuturesLeverage({ ...coin, leverage: '20' }));
});
step('setFuturesMarginMode', async () => {
  for (const marginMode of ['isolated', 'crossed']) {
    const reply = await data(() => client.setFuturesMarginMode({ ...coin, marginMode }));
    expect(reply.marginMode === marginMode, reply);
  }
});
step('setFuturesPositionMode', async () => {
  const modes = hedge ? ['one_way_mode', 'hedge_mode'] : ['hedge_mode', 'one_way_mode'];
  for (const posMode of modes) {
    const reply = await data(() => client.setFuturesPositionMode({ productType, posMode }));
    expect(reply.posMode === posMode, reply);
  }
});
step('setFuturesAssetMode', async () => {
  await data(() => client.setFuturesAssetMode({ productType, assetMode: 'single' }));
});
const isolated = (act) => async () => {
  await data(() => client.setFuturesMarginMode({ ...coin, marginMode: 'isolated' }));
  await enter('buy', { marginMode: 'isolated' });
  await act();
  await leave();
  await data(() => client.setFuturesMarginMode({ ...coin, marginMode: 'crossed' }));
};
step('setFuturesPositionMargin', isolated(async () => {
  const before = await position();
  await data(() => client.setFuturesPositionMargin({ ...coin, amount: '25', holdSide: 'long' }));
  const after = await position();
  expect(Number(after.marginSize) > Number(before.marginSize) + 24, [before.marginSize, after.marginSize]);
}));
step('setFuturesPositionAutoMargin', isolated(async () => {
  await data(() => client.setFuturesPositionAutoMargin({
    symbol, marginCoin, autoMargin: 'on', holdSide: 'long',
  }));
  expect((await position()).autoMargin === 'on', 'switched on');
}));

// Positions

step('getFuturesPosition', async () => {
  const found = await enter();
  expect(found.holdSide === 'long' && Number(found.total) === 0.01, found);
  await leave();
});
step('getFuturesPositions', async () => {
  await enter('sell');
  const [found] = await data(() => client.getFuturesPositions({ productType, marginCoin }));
  expect(found.holdSide === 'short' && found.posMode === (hedge ? 'hedge_mode' : 'one_way_mode'), found);
  await leave();
});
step('getFuturesHistoricPositions', async () => {
  const { list } = await data(() => client.getFuturesHistoricPositions({ productType }));
  expect(list.length >= 2 && list[0].symbol === symbol, list);
});
step('getFuturesPositionAdlRank', async () => {
  await enter();
  const rows = await data(() => client.getFuturesPositionAdlRank({ productType }));
  expect(rows.length === 1, rows);
  await leave();
});

// Orders

step('futuresSubmitOrder', async () => {
  const clientOid = `judge-${Date.now()}`;
  const placed = await rest({ clientOid });
  expect(placed.clientOid === clientOid && /^\d{15,20}$/.test(placed.orderId), placed);
  await cancel(placed.orderId);
});
step('futuresSubmitOrder (market)', async () => {
  await enter();
  await leave();
});
step('futuresSubmitOrder (presets)', async () => {
  await enter('buy', {
    presetStopSurplusPrice: await market(0.05), presetStopLossPrice: await market(-0.05),
  });
  await until(() => plans('profit_loss'), (rows) => rows.length === 2);
  await leave();
  await until(() => plans('profit_loss'), (rows) => rows.length === 0);
});
step('futuresSubmitOrder (more than the balance)', async () => {
  await refused('40762', async () => client.futuresSubmitOrder({
    ...opening('buy'), orderType: 'limit', force: 'gtc', price: await market(-0.02), size: '900',
  }));
});
step('futuresSubmitOrder (off the tick)', async () => {
  await refused('45115', async () => client.futuresSubmitOrder({
    ...opening('buy'), orderType: 'limit', force: 'gtc', price: `${await market(-0.02)}37`,
  }));
});
step('futuresBatchSubmitOrders', async () => {
  const price = await market(-0.02);
  const { symbol: _, ...wanted } = { ...opening('buy'), orderType: 'limit', force: 'gtc', price };
  const reply = await data(() => client.futuresBatchSubmitOrders({
    ...coin, marginMode: 'crossed', orderList: [wanted, { ...wanted, size: '0' }],
  }));
  expect(reply.successList.length === 1 && reply.failureList.length === 1, reply);
  await cancel(reply.successList[0].orderId);
});
step('futuresModifyOrder', async () => {
  const placed = await rest();
  const newClientOid = `judge-${Date.now()}`;
  const newPrice = await market(-0.03);
  await data(() => client.futuresModifyOrder({
    ...pair, orderId: placed.orderId, newClientOid, newPrice, newSize: '0.02',
  }));
  const order = await until(
    () => data(() => client.getFuturesOrder({ ...pair, clientOid: newClientOid })).catch(() => undefined),
    (found) => found !== undefined,
  );
  expect(Number(order.price) === Number(newPrice) && Number(order.size) === 0.02, order);
  expect(order.orderId !== placed.orderId, 'a new id');
  await cancel(order.orderId);
});
step('futuresSubmitReversal', async () => {
  await enter();
  await data(() => client.futuresSubmitReversal({
    ...coin, side: hedge ? 'buy' : 'sell', size: '0.01', ...(hedge ? { tradeSide: 'close' } : {}),
  }));
  await until(position, (found) => found?.holdSide === 'short');
  await leave();
});
step('futuresCancelOrder', async () => {
  const placed = await rest();
  await cancel(placed.orderId);
  const order = await data(() => client.getFuturesOrder({ ...pair, orderId: placed.orderId }));
  expect(order.state === 'canceled', order);
});
step('futuresCancelOrder (unknown)', async () => {
  await refused('40768', () => client.futuresCancelOrder({ ...pair, orderId: '1100000000000000001' }));
});
step('futuresBatchCancelOrders', async () => {
  const placed = [await rest(), await rest()];
  const reply = await data(() => client.futuresBatchCancelOrders({
    ...coin, orderIdList: placed.map(({ orderId }) => ({ orderId })),
  }));
  expect(reply.successList.length === 2, reply);
});
step('futuresCancelAllOrders', async () => {
  await rest();
  await rest();
  const reply = await data(() => client.futuresCancelAllOrders({ productType }));
  expect(reply.successList.length === 2, reply);
});
step('futuresFlashClosePositions', async () => {
  await enter();
  const reply = await data(() => client.futuresFlashClosePositions(pair));
  expect(reply.successList.length === 1, reply);
  await until(position, (found) => found === undefined);
});
step('getFuturesOrder', async () => {
  const placed = await rest();
  const order = await data(() => client.getFuturesOrder({ ...pair, orderId: placed.orderId }));
  expect(order.state === 'live' && order.posSide === (hedge ? 'long' : 'net'), order);
  await cancel(placed.orderId);
});
step('getFuturesFills', async () => {
  const { fillList } = await data(() => client.getFuturesFills({ productType }));
  expect(fillList.length > 0 && Number(fillList[0].feeDetail[0].totalFee) < 0, fillList[0]);
});
step('getFuturesHistoricOrderFills', async () => {
  const { fillList } = await data(() => client.getFuturesHistoricOrderFills({ productType }));
  expect(fillList.length > 0, fillList);
});
step('getFuturesOpenOrders', async () => {
  const placed = await rest();
  const { entrustedList } = await data(() => client.getFuturesOpenOrders(pair));
  expect(entrustedList.length === 1 && entrustedList[0].orderId === placed.orderId, entrustedList);
  await cancel(placed.orderId);
});
step('getFuturesHistoricOrders', async () => {
  const { entrustedList } = await data(() => client.getFuturesHistoricOrders(pair));
  expect(entrustedList.some((row) => row.status === 'canceled'), entrustedList);
});

// Conditional orders

step('futuresSubmitPlanOrder', async () => {
  const placed = await plan();
  const rows = await plans('normal_plan');
  expect(rows.length === 1 && rows[0].orderId === placed.orderId && rows[0].planStatus === 'live', rows);
  await cancelPlan(placed.orderId, 'normal_plan');
});
step('futuresSubmitPlanOrder (track_plan)', async () => {
  const placed = await plan({ planType: 'track_plan', callbackRatio: '1' });
  const [row] = await plans('track_plan');
  expect(Number(row.callbackRatio) === 1, row);
  await cancelPlan(placed.orderId, 'track_plan');
});
step('futuresModifyPlanOrder', async () => {
  const placed = await plan();
  const newTriggerPrice = await market(-0.04);
  await data(() => client.futuresModifyPlanOrder({
    ...pair, planType: 'normal_plan', orderId: placed.orderId, newTriggerPrice, newSize: '0.02',
  }));
  const [row] = await plans('normal_plan');
  expect(Number(row.triggerPrice) === Number(newTriggerPrice) && Number(row.size) === 0.02, row);
  await cancelPlan(placed.orderId, 'normal_plan');
});
step('getFuturesPlanOrders', async () => {
  const rows = await plans('normal_plan');
  expect(rows.length === 0, rows);
});
step('futuresCancelPlanOrder', async () => {
  const placed = await plan();
  const reply = await cancelPlan(placed.orderId, 'normal_plan');
  expect(reply.successList[0].orderId === placed.orderId, reply);
});
step('getFuturesHistoricPlanOrders', async () => {
  const { entrustedList } = await data(() => client.getFuturesHistoricPlanOrders({
    ...pair, planType: 'normal_plan',
  }));
  expect(entrustedList.some((row) => row.planStatus === 'cancelled'), entrustedList);
});
step('getFuturesTriggerSubOrder', async () => {
  // One plan a little above the market and one a little below: it reaches either soon.
  const placed = [];
  for (const away of [0.00001, -0.00001]) placed.push(await plan({ triggerPrice: await market(away) }));
  await until(position, (found) => found !== undefined);
  const rows = [];
  for (const { orderId } of placed) {
    rows.push(...await data(() => client.getFuturesTriggerSubOrder({
      productType, planType: 'normal_plan', planOrderId: orderId,
    })));
  }
  expect(rows.length > 0 && rows[0].orderId, rows);
  await tidy();
});
step('futuresSubmitTPSLOrder', async () => {
  await enter();
  const placed = await data(async () => client.futuresSubmitTPSLOrder({
    ...coin, planType: 'loss_plan', triggerPrice: await market(-0.04), triggerType: 'mark_price',
    holdSide: holder(), size: '0.01',
  }));
  const [row] = await plans('profit_loss');
  expect(row.orderId === placed.orderId && row.planType === 'loss_plan', row);
  await leave();
});
step('futuresSubmitTPSLOrder (moving_plan)', async () => {
  await enter();
  await data(async () => client.futuresSubmitTPSLOrder({
    ...coin, planType: 'moving_plan', triggerPrice: await market(0.02), triggerType: 'mark_price',
    holdSide: holder(), size: '0.01', rangeRate: '1',
  }));
  const [row] = await plans('profit_loss');
  expect(row.planType === 'moving_plan', row);
  await leave();
});
step('futuresModifyTPSLPOrder', async () => {
  await enter();
  const placed = await data(async () => client.futuresSubmitTPSLOrder({
    ...coin, planType: 'profit_plan', triggerPrice: await market(0.04), triggerType: 'mark_price',
    holdSide: holder(), size: '0.01',
  }));
  const triggerPrice = await market(0.05);
  await data(() => client.futuresModifyTPSLPOrder({
    ...coin, orderId: placed.orderId, triggerPrice, triggerType: 'mark_price', size: '0.01',
  }));
  const [row] = await plans('profit_loss');
  expect(Number(row.triggerPrice) === Number(triggerPrice), row);
  await leave();
});
step('futuresSubmitPositionTPSL', async () => {
  await enter();
  await data(async () => client.futuresSubmitPositionTPSL({
    ...coin, holdSide: holder(),
    stopSurplusTriggerPrice: await market(0.05), stopSurplusTriggerType: 'mark_price',
    stopLossTriggerPrice: await market(-0.05), stopLossTriggerType: 'mark_price',
  }));
  const rows = await plans('profit_loss');
  expect(rows.map((row) => row.planType).sort().join() === 'pos_loss,pos_profit', rows);
  await leave();
  await until(() => plans('profit_loss'), (left) => left.length === 0);
});

// Streams

const pushes = [];
const streams = ['public', 'private'].map((kind) => {
  const logger = { trace() {}, info() {}, error() {} };
  const stream = new WebsocketClientV2({ ...keys, wsUrl: task[`ws_${kind}`] }, logger);
  stream.on('update', (message) => pushes.push(message));
  stream.on('response', (message) => pushes.push(message));
  stream.on('exception', (message) => pushes.push(message));
  return stream;
});
const [publicStream, privateStream] = streams;

const heard = (good) => until(() => Promise.resolve(pushes.find(good)), (found) => found !== undefined);
const pushOf = (channel, good = () => true) => heard(
  (message) => message.action && message.arg?.channel === channel && good(message),
);

for (const channel of ['ticker', 'trade', 'candle1m', 'books', 'books1', 'books5', 'books15']) {
  step(`subscribeTopic ${channel}`, async () => {
    publicStream.subscribeTopic(productType, channel, symbol);
    const push = await pushOf(channel);
    expect(push.data.length > 0 && push.arg.instId === symbol && push.action === 'snapshot', push);
  });
}
step('unsubscribeTopic ticker', async () => {
  publicStream.unsubscribeTopic(productType, 'ticker', symbol);
  await heard((message) => message.event === 'unsubscribe' && message.arg?.channel === 'ticker');
  await sleep(200);
  const before = pushes.filter((message) => message.arg?.channel === 'ticker').length;
  await sleep(1500);
  const after = pushes.filter((message) => message.arg?.channel === 'ticker').length;
  expect(before === after, `${after - before} pushes after unsubscribing`);
});
for (const channel of ['account', 'positions', 'equity']) {
  step(`subscribeTopic ${channel}`, async () => {
    if (channel === 'equity') privateStream.subscribe({ topic: 'equity', payload: { instType: productType } }, 'v2Private');
    else privateStream.subscribeTopic(productType, channel);
    const push = await pushOf(channel);
    expect(push.action === 'snapshot' && Array.isArray(push.data), push);
  });
}
step('subscribeTopic orders', async () => {
  privateStream.subscribeTopic(productType, 'orders');
  await heard((message) => message.event === 'subscribe' && message.arg?.channel === 'orders');
  const { orderId } = await rest();
  await pushOf('orders', ({ data: [row] }) => row.orderId === orderId && row.status === 'live');
  await cancel(orderId);
  await pushOf('orders', ({ data: [row] }) => row.orderId === orderId && row.status === 'canceled');
});
step('subscribeTopic fill', async () => {
  privateStream.subscribe({ topic: 'fill', payload: { instType: productType, instId: 'default' } }, 'v2Private');
  await heard((message) => message.event === 'subscribe' && message.arg?.channel === 'fill');
  await enter();
  const { data: [row] } = await pushOf('fill');
  expect(row.side === 'buy' && Number(row.baseVolume) > 0, row);
  await leave();
  await pushOf('fill', ({ data: [closing] }) => closing.side === 'sell');
});
step('subscribeTopic positions-history', async () => {
  privateStream.subscribeTopic(productType, 'positions-history');
  await heard((message) => message.event === 'subscribe' && message.arg?.channel === 'positions-history');
  await enter();
  await leave();
  const { data: [row] } = await pushOf('positions-history', ({ data: rows }) => rows.length > 0);
  expect(row.instId === symbol && Number(row.closeSize) === 0.01, row);
});
step('subscribeTopic orders-algo', async () => {
  privateStream.subscribeTopic(productType, 'orders-algo');
  await heard((message) => message.event === 'subscribe' && message.arg?.channel === 'orders-algo');
  const { orderId } = await plan();
  const { data: [row] } = await pushOf('orders-algo', ({ data: [one] }) => one?.orderId === orderId);
  expect(row.planType === 'pl' && row.status === 'live', row);
  await cancelPlan(orderId, 'normal_plan');
  await pushOf('orders-algo', ({ data: [one] }) => one?.orderId === orderId && one.status === 'cancelled');
});
step('subscribeTopic adl-noti', async () => {
  privateStream.subscribe({ topic: 'adl-noti', payload: { instType: productType, instId: 'default' } }, 'v2Private');
  await heard((message) => message.event === 'subscribe' && message.arg?.channel === 'adl-noti');
});
step('subscribeTopic (unknown channel)', async () => {
  publicStream.subscribeTopic(productType, 'nothing', symbol);
  await heard((message) => message.event === 'error' && /^300\d\d$/.test(String(message.code)));
});

const surface = Object.getOwnPropertyNames(RestClientV2.prototype).filter((name) => /futures/i.test(name));
tell({ surface: [...surface, 'getServerTime', 'getTradeRate'].sort() });
for (const [method, attempt] of steps) {
  let verdict = 'ok';
  let detail = '';
  try {
    await patiently(attempt());
  } catch (error) {
    const body = error?.body;
    verdict = body?.code ? 'refused' : 'failed';
    detail = body?.code ? `${body.code} ${body.msg}` : String(error?.message ?? error).slice(0, 300);
    await patiently(tidy()).catch(() => undefined);
  }
  tell({ method, mode: task.mode, verdict, detail });
}
process.exit(0);
