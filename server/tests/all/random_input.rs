//! Whatever a registered peer sends, the server lives and serves the others.

use crate::common::{Peer, room, start_with};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use server::signaling::{Rate, SignalingConfig};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

fn frame() -> impl Strategy<Value = Message> {
    let near_misses = prop::sample::select(vec![
        r#"{"type":"signal","to":"00","envelope":"x"}"#,
        r#"{"type":"signal","to":null,"envelope":{}}"#,
        r#"{"type":"announce_capability","capability":{"device_name":"\u0000","logical_cores":1,"samples_per_second":0}}"#,
        r#"{"type":"announce_capability","capability":{"device_name":"a","logical_cores":-1,"samples_per_second":1e99}}"#,
        r#"{"type":"discover"}"#,
        r#"{"type":"heartbeat"}"#,
        r#"{"type":["heartbeat"]}"#,
        r#"{"type":"register","version":1}"#,
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "null",
    ]);
    prop_oneof![
        ".{0,300}".prop_map(Message::text),
        near_misses.prop_map(Message::text),
        r#"\{"type":"[a-z_]{0,20}","[a-z]{0,10}":[0-9"\[\]{}]{0,40}\}"#.prop_map(Message::text),
        vec(any::<u8>(), 0..300).prop_map(Message::binary),
        vec(any::<u8>(), 0..125).prop_map(|bytes| Message::Ping(bytes.into())),
        (0..40_000usize).prop_map(|size| Message::text("[".repeat(size))),
    ]
}

#[test]
fn any_frames_leave_the_server_alive_and_the_others_served() {
    let runtime = Runtime::new().unwrap();
    let offence_rate = Rate { burst: 30, per_second: 1 };
    let config = SignalingConfig { offence_rate, ..Default::default() };
    let running = runtime.block_on(start_with(config));
    let mut runner =
        TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let verdict = runner.run(&vec(frame(), 0..40), |frames| {
        runtime.block_on(async {
            let mut random = Peer::join(&running, 1, room(1)).await;
            for frame in frames {
                if random.client.try_send_frame(frame).await.is_err() {
                    break;
                }
            }
            random.client.close().await;
            let mut witness = Peer::join(&running, 2, room(2)).await;
            prop_assert_eq!(witness.others().await, []);
            Ok(())
        })
    });
    verdict.unwrap();
}
