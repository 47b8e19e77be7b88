// An SDK that is not ours writes events, structured and binary, for Kafka; we read both and publish
// what we read; the SDK reads that, strictly, and finds the same event.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { CloudEvent, Kafka } from "cloudevents";

import { Walker } from "../xstate/ours.mjs";

const ours = new Walker(process.env.CLOUDEVENT_CODEC);
after(() => ours.end());

const event = new CloudEvent({
  id: "2026-000001",
  source: "/rahvastikuregister",
  type: "ee.elukaar.birth.registered.v1",
  time: "2026-05-01T06:00:00.000Z",
  datacontenttype: "application/json",
  subject: "sünd/1",
  municipality: "0653",
  partitionkey: "p1_child",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  registeredby: "Õnne tänav 4, 100 %",
  data: { child: { key: "p1_child", bornOn: "2026-04-20" }, residenceKov: "0653", big: 2 ** 53 - 1, text: "õ😀\n" },
});

const text = (body) => (typeof body === "string" ? body : JSON.stringify(body));

async function through({ headers, body, value, key }) {
  const [answer] = await ours.walk([{ headers, key: key ?? event.partitionkey, body: text(body ?? value) }]);
  return answer;
}

function sameEvent(found) {
  const { time, ...rest } = found.toJSON();
  const { time: expectedTime, ...expected } = event.toJSON();
  assert.equal(new Date(time).getTime(), new Date(expectedTime).getTime());
  assert.deepEqual(rest, expected);
}

for (const mode of ["structured", "binary"]) {
  test(`what the SDK writes in ${mode} mode we read, and it reads what we publish of it`, async () => {
    const answer = await through(Kafka[mode](event));
    assert.equal(answer.error, undefined);
    const published = Kafka.toEvent({ headers: { "content-type": answer.contentType }, value: answer.body, body: answer.body, key: event.partitionkey });
    sameEvent(published);
    assert.equal(published.validate(), true);
  });
}

test("an event without a required attribute is refused by its name", async () => {
  for (const lost of ["id", "source", "type", "specversion"]) {
    const { [lost]: gone, ...rest } = event.toJSON();
    const answer = await through({ headers: { "content-type": "application/cloudevents+json" }, body: rest });
    assert.match(answer.error ?? "", new RegExp(lost), JSON.stringify(answer));
  }
});
