//! The WebSocket to the signaling server.

use crate::{clock::window, host::Dispatch};
use core::{cell::RefCell, future::poll_fn, pin::Pin};
use futures::{
    FutureExt, Sink, SinkExt, StreamExt,
    channel::mpsc::{self, Receiver, Sender, TryRecvError},
    select_biased,
};
use gloo_net::websocket::{Message, State, WebSocketError, events::CloseEvent, futures::WebSocket};
use peer::{Input, SignalingInput, SignalingOutput};
use wasm_bindgen_futures::spawn_local;
use web_sys::Url;

/// Messages that wait for a socket that is not open yet; the engine sends none before it has heard `Opened`.
const WAITING_MAX: usize = 256;

/// At most one open socket; the newest counts.
pub(crate) struct Socket {
    outgoing: RefCell<Option<Sender<String>>>,
    dispatch: Dispatch,
}

impl Socket {
    pub(crate) fn new(dispatch: Dispatch) -> Self {
        Self { outgoing: RefCell::new(None), dispatch }
    }

    /// Does what the engine asks. Whatever fails becomes [`SignalingInput::Closed`].
    pub(crate) fn carry_out(&self, output: SignalingOutput) {
        match output {
            SignalingOutput::Open { url } => self.open(&url),
            SignalingOutput::Send(text) => self.send(text),
            SignalingOutput::Close => self.close(),
        }
    }

    /// Lets go of the socket: its task closes it when it finds the sending side gone.
    pub(crate) fn close(&self) {
        self.outgoing.borrow_mut().take();
    }

    fn open(&self, url: &str) {
        self.close();
        match WebSocket::open(url) {
            Ok(socket) => {
                let (sender, receiver) = mpsc::channel(WAITING_MAX);
                *self.outgoing.borrow_mut() = Some(sender);
                spawn_local(serve(socket, receiver, url.to_owned(), self.dispatch.clone()));
            }
            Err(error) => {
                let reason = format!("`{url}` cannot be opened: {}", error.message);
                self.dispatch.input(closed(reason));
            }
        }
    }

    fn send(&self, text: String) {
        let mut outgoing = self.outgoing.borrow_mut();
        let refused = outgoing.as_mut().is_some_and(|sender| sender.try_send(text).is_err());
        if refused {
            outgoing.take();
            drop(outgoing);
            self.dispatch.input(closed("the socket takes no more messages".to_owned()));
        }
    }
}

/// Runs one socket until it ends, or until `outgoing` is dropped, after which nothing more is told of it.
async fn serve(
    mut socket: WebSocket,
    mut outgoing: Receiver<String>,
    url: String,
    dispatch: Dispatch,
) {
    let reason = match converse(&mut socket, &mut outgoing, &dispatch).await {
        End::LetGo => return,
        End::Closed(event, was_open) => sentence(&event, &url, was_open),
        End::Failed(reason) => reason,
    };
    // Let go of in the meantime: `Close` and `Open` want to hear no more of it.
    if matches!(outgoing.try_recv(), Err(TryRecvError::Closed)) {
        return;
    }
    dispatch.input(closed(reason));
}

enum End {
    /// The engine wants it no longer.
    LetGo,
    /// The other side closed it, or it could not be opened.
    Closed(CloseEvent, bool),
    Failed(String),
}

async fn converse(
    socket: &mut WebSocket,
    outgoing: &mut Receiver<String>,
    dispatch: &Dispatch,
) -> End {
    select_biased! {
        _ = poll_fn(|context| Pin::new(&mut *socket).poll_ready(context)).fuse() => {}
        _ = outgoing.next() => return End::LetGo,
    }
    let was_open = matches!(socket.state(), State::Open);
    if was_open {
        dispatch.input(Input::Signaling(SignalingInput::Opened));
    }
    loop {
        select_biased! {
            text = outgoing.next() => match text {
                None => return End::LetGo,
                Some(text) => if let Err(error) = socket.send(Message::Text(text)).await {
                    return End::Failed(format!("a message could not be sent: {error}"));
                },
            },
            event = socket.next().fuse() => match event {
                Some(Ok(Message::Text(text))) => {
                    dispatch.input(Input::Signaling(SignalingInput::Text(text)));
                }
                Some(Ok(Message::Bytes(bytes))) => {
                    let size_bytes = bytes.len();
                    let reason = format!("the signaling server sent {size_bytes} bytes of binary data");
                    return End::Failed(reason);
                }
                // The close event that always follows says more.
                Some(Err(WebSocketError::ConnectionError)) => {}
                Some(Err(WebSocketError::ConnectionClose(event))) => return End::Closed(event, was_open),
                Some(Err(error)) => return End::Failed(error.to_string()),
                None => return End::Failed("the socket is closed".to_owned()),
            },
        }
    }
}

fn closed(reason: String) -> Input {
    Input::Signaling(SignalingInput::Closed { reason })
}

/// Browsers do not tell a page why a socket was not opened; a server of another site may have refused the page's origin.
fn origin_hint(url: &str) -> String {
    let location = window().location();
    let (Ok(host), Ok(origin)) = (location.host(), location.origin()) else { return String::new() };
    match Url::new(url) {
        Ok(url) if url.host() == host => String::new(),
        _ => format!(", or it does not allow pages of `{origin}` (its `--allowed-origin`)"),
    }
}

/// Close codes: RFC 6455, section 7.4.
fn sentence(event: &CloseEvent, url: &str, was_open: bool) -> String {
    let code = event.code;
    let said = if event.reason.is_empty() { String::new() } else { format!(": {}", event.reason) };
    match code {
        1006 if was_open => "the connection to the signaling server was lost".to_owned(),
        1006 => format!("no signaling server answers at `{url}`{}", origin_hint(url)),
        1000 => format!("the signaling server closed the connection{said}"),
        1001 | 1012 => format!("the signaling server is going away{said}"),
        1008 => format!("the signaling server refused this device{said}"),
        1013 => format!("the signaling server is busy{said}"),
        _ => format!("the signaling server closed the connection (code {code}){said}"),
    }
}
