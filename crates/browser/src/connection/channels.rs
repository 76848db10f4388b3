//! The two channels of a connection, negotiated beforehand, so that neither side waits for the other's announcement.

use super::Report;
use crate::js::{Listener, describe};
use core::cell::{Cell, RefCell};
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use peer::{Channel, ConnectionInput};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcDataChannelType,
    RtcPeerConnection,
};

/// `control` and `bulk`, both ordered and reliable.
pub(super) struct Channels {
    control: RtcDataChannel,
    bulk: RtcDataChannel,
    /// Whether something was sent on `bulk` and the engine has not heard since that there is space for more.
    owes_space: Cell<bool>,
    listeners: RefCell<Vec<Listener>>,
}

impl Channels {
    /// Creates both and reports what happens on them.
    pub(super) fn open(
        connection: &RtcPeerConnection,
        report: &Report,
        bulk_window_bytes: usize,
    ) -> Self {
        let control = create(connection, "control", 0);
        let bulk = create(connection, "bulk", 1);
        bulk.set_buffered_amount_low_threshold((bulk_window_bytes / 2) as u32);
        let mut listeners = listen(&control, Channel::Control, report);
        listeners.extend(listen(&bulk, Channel::Bulk, report));
        listeners.push(listen_for_space(&bulk, report.clone()));
        Self { control, bulk, owes_space: Cell::new(false), listeners: RefCell::new(listeners) }
    }

    /// Hands one message to the browser.
    ///
    /// # Errors
    /// A sentence, if the channel is not open or its queue is full.
    pub(super) fn send(&self, channel: Channel, bytes: &[u8]) -> Result<(), String> {
        let (name, channel) = match channel {
            Channel::Control => ("control", &self.control),
            Channel::Bulk => {
                self.owes_space.set(true);
                ("bulk", &self.bulk)
            }
        };
        if channel.ready_state() != RtcDataChannelState::Open {
            return Err(format!("channel `{name}` is not open"));
        }
        channel.send_with_u8_array(bytes).map_err(|thrown| {
            let size_bytes = bytes.len();
            format!("channel `{name}` refused {size_bytes} bytes: {}", describe(&thrown))
        })
    }

    /// Reports space on `bulk` at once if there is enough; else the browser reports it when the buffer has fallen.
    pub(super) fn end_batch(&self, report: &Report) {
        if !self.owes_space.replace(false) {
            return;
        }
        let buffered = self.bulk.buffered_amount();
        if buffered <= self.bulk.buffered_amount_low_threshold() {
            report.input(ConnectionInput::BulkDrained { buffered_bytes: buffered as usize });
        }
    }

    /// Bytes waiting in `control` and in `bulk`.
    pub(super) fn buffered_bytes(&self) -> (u32, u32) {
        (self.control.buffered_amount(), self.bulk.buffered_amount())
    }

    /// Closes both; nothing more is reported.
    pub(super) fn close(&self) {
        self.control.close();
        self.bulk.close();
        // One of these may be what is running now: it is taken off when the stack is empty.
        let listeners = core::mem::take(&mut *self.listeners.borrow_mut());
        spawn_local(async move { drop(listeners) });
    }
}

fn create(connection: &RtcPeerConnection, label: &str, stream: u16) -> RtcDataChannel {
    let init = RtcDataChannelInit::new();
    init.set_negotiated(true);
    init.set_id(stream);
    init.set_ordered(true);
    let channel = connection.create_data_channel_with_data_channel_dict(label, &init);
    channel.set_binary_type(RtcDataChannelType::Arraybuffer);
    channel
}

fn listen(target: &RtcDataChannel, channel: Channel, report: &Report) -> Vec<Listener> {
    let (opened, closed, message) = (report.clone(), report.clone(), report.clone());
    vec![
        Listener::new(target, "open", move |_| {
            opened.input(ConnectionInput::ChannelOpened(channel))
        }),
        Listener::new(target, "close", move |_| {
            closed.input(ConnectionInput::ChannelClosed(channel));
        }),
        Listener::new(target, "message", move |event| {
            let bytes = message_bytes(event.unchecked_ref());
            message.input(ConnectionInput::Message(channel, bytes));
        }),
    ]
}

/// Text has no place on these channels; as bytes it is refused by the engine, which says who sent it.
fn message_bytes(event: &MessageEvent) -> Vec<u8> {
    let data = event.data();
    match data.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Uint8Array::new(buffer).to_vec(),
        None => data.dyn_ref::<JsString>().map(String::from).unwrap_or_default().into_bytes(),
    }
}

fn listen_for_space(bulk: &RtcDataChannel, report: Report) -> Listener {
    let drained = bulk.clone();
    Listener::new(bulk, "bufferedamountlow", move |_| {
        let buffered_bytes = drained.buffered_amount() as usize;
        report.input(ConnectionInput::BulkDrained { buffered_bytes });
    })
}
