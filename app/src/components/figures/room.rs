//! A room: devices, the links between them, and the server that introduced them.

use crate::compact::{CollectAny, Erase};
use leptos::prelude::*;

/// A device in the drawing: where it stands and how large its screen is.
struct Device {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    /// Columns and rows of nodes on its screen.
    columns: i32,
    rows: i32,
    label: &'static str,
}

const DEVICES: [Device; 4] = [
    Device { x: 118, y: 168, width: 118, height: 76, columns: 6, rows: 3, label: "your laptop" },
    Device { x: 522, y: 168, width: 118, height: 76, columns: 6, rows: 3, label: "a school PC" },
    Device { x: 214, y: 334, width: 52, height: 88, columns: 2, rows: 4, label: "a phone" },
    Device { x: 426, y: 334, width: 76, height: 92, columns: 3, rows: 4, label: "a tablet" },
];

const SERVER: (i32, i32) = (320, 48);

/// The room as a drawing.
#[component]
pub fn RoomFigure() -> impl IntoView {
    let introductions = DEVICES
        .iter()
        .map(|device| format!("M{} {} L{} {}", SERVER.0, SERVER.1, device.x, device.y))
        .collect::<String>();
    let mut links = String::new();
    for (i, from) in DEVICES.iter().enumerate() {
        for to in &DEVICES[i + 1..] {
            links += &format!("M{} {} L{} {}", from.x, from.y, to.x, to.y);
        }
    }

    view! {
        <svg
            class="fig fig-room"
            viewBox="0 0 640 418"
            role="img"
            aria-label="Four devices, each joined to every other by a solid line. Thin dashed lines lead from each to a small server above them."
        >
            <path class="fig-introduction" d=introductions />
            <path class="fig-link" d=links />
            <rect class="fig-server" x="268" y="26" width="104" height="44" rx="6" />
            <text class="fig-label fig-middle" x="320" y="53">"server"</text>
            {DEVICES.iter().enumerate().map(|(i, device)| drawing(i, device)).collect_any()}
        </svg>
    }
    .erased()
}

fn drawing(number: usize, device: &Device) -> AnyView {
    let Device { x, y, width, height, columns, rows, label } = *device;
    let (left, top) = (x - width / 2, y - height / 2);
    let nodes = (0..columns * rows).map(move |node| {
        let (column, row) = (node % columns, node / columns);
        let cx = x + (2 * column - columns + 1) * 8;
        let cy = y + (2 * row - rows + 1) * 8;
        // About one node in five, differently on every device.
        let fires = (node * 7 + number as i32 * 3) % 5 == 0;
        let class = if fires { "fig-node fig-node-fires" } else { "fig-node" };
        view! { <circle class=class cx=cx.to_string() cy=cy.to_string() r="4.2" /> }
    });
    let label_y = if y < 250 { top - 12 } else { top + height + 22 };

    view! {
        <g>
            <rect
                class="fig-device"
                x=left.to_string()
                y=top.to_string()
                width=width.to_string()
                height=height.to_string()
                rx="9"
            />
            {nodes.collect_any()}
            <text class="fig-label fig-middle" x=x.to_string() y=label_y.to_string()>
                {label}
            </text>
        </g>
    }
    .erased()
}
