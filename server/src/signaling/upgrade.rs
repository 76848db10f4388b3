//! From an HTTP request to a connection of this server's signaling.

use super::{
    address::{Network, client},
    connection,
    refusal::Refusal,
};
use crate::{metrics::FORBIDDEN_ORIGIN, server::Server};
use axum::{
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use protocol::limits::SIGNALING_MESSAGE_BYTES_MAX;
use std::{net::SocketAddr, sync::Arc};

/// Messages up to this size are read, so that their sender can be told that they are too large.
const READ_BYTES_MAX: usize = 4 * SIGNALING_MESSAGE_BYTES_MAX;

pub(crate) async fn upgrade(
    State(server): State<Arc<Server>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !server.config.origins.allows(&headers) {
        server.metrics.refused(FORBIDDEN_ORIGIN);
        let message = "pages of this origin may not use this signaling server: its operator can allow them \
                       with --allowed-origin\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    if server.lifecycle.is_stopping() {
        let refusal = Refusal::shutting_down();
        server.metrics.refused(refusal.counted_as);
        return (StatusCode::SERVICE_UNAVAILABLE, refusal.message + "\n").into_response();
    }
    let trusted = server.config.client_address_header.as_ref();
    let network = Network::of(client(connection, &headers, trusted));
    let Some(place) = server.places.take(network) else {
        let message = "the server takes no more connections: try again soon\n";
        return (StatusCode::SERVICE_UNAVAILABLE, message).into_response();
    };
    upgrade
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .on_upgrade(move |socket| connection::serve(socket, server, place))
}
