//! Pictures and their pixels, as the browser has them.

use crate::{Problem, dom};
use js_sys::{Object, Reflect};
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap, ImageData, window};

/// Pixels of the longer side of a decoded picture. Photographs have more, which would only be means of means: the
/// largest small picture has 64.
const SIDE_MAX: f64 = 1_024.0;

/// A decoded picture.
pub(crate) struct Pixels {
    /// Red, green, blue and opacity of each pixel, row after row.
    pub(crate) rgba: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// How values become what is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// A drawing: 255 is all ink of the theme, 0 nothing.
    Ink,
    /// 0 is black, 255 white.
    Grey,
    /// Red, green, blue.
    Colour,
}

/// A canvas that pictures are decoded on, one after the other.
pub(crate) struct Decoder {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Decoder {
    /// # Errors
    /// The browser has no canvas.
    pub(crate) fn new() -> Result<Self, Problem> {
        let message = "this browser has no canvas to decode pictures with: use another one";
        Self::on_canvas().ok_or_else(|| Problem {
            code: "data_unavailable".to_owned(),
            message: message.to_owned(),
        })
    }

    fn on_canvas() -> Option<Self> {
        let canvas = window()?.document()?.create_element("canvas").ok()?;
        let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
        let options = Object::new();
        Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE).ok()?;
        let context = canvas.get_context_with_context_options("2d", &options).ok()??;
        Some(Self { context: context.dyn_into().ok()?, canvas })
    }

    /// The pixels of a file; `None` if it is no picture that this browser knows.
    pub(crate) async fn decode(&self, file: &File) -> Option<Pixels> {
        let bitmap = window()?.create_image_bitmap_with_blob(file).ok()?;
        let bitmap: ImageBitmap = JsFuture::from(bitmap).await.ok()?.dyn_into().ok()?;
        let pixels = self.pixels(&bitmap);
        bitmap.close();
        pixels
    }

    fn pixels(&self, bitmap: &ImageBitmap) -> Option<Pixels> {
        let (width, height) = shown_size(bitmap.width(), bitmap.height());
        // Setting the size also wipes the canvas.
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        let (w, h) = (f64::from(width), f64::from(height));
        let context = &self.context;
        context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, w, h).ok()?;
        let rgba = context.get_image_data(0.0, 0.0, w, h).ok()?.data().0;
        Some(Pixels { rgba, width, height })
    }
}

/// Both sides smaller in the same proportion, until none is longer than [`SIDE_MAX`].
fn shown_size(width: u32, height: u32) -> (u32, u32) {
    let scale = (SIDE_MAX / f64::from(width.max(height).max(1))).min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// Shows a small square picture on a canvas, pixel by pixel.
pub(crate) fn show(canvas: &HtmlCanvasElement, values: &[u8], shade: Shade) {
    let ink = if dom::theme_is_dark() { [231, 236, 232] } else { [21, 33, 30] };
    let rgba = rgba(values, shade, ink);
    let side = (rgba.len() / 4).isqrt() as u32;
    canvas.set_width(side);
    canvas.set_height(side);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side);
    if let (Some(context), Ok(data)) = (context, data) {
        let _ = context.put_image_data(&data, 0.0, 0.0);
    }
}

fn rgba(values: &[u8], shade: Shade, [r, g, b]: [u8; 3]) -> Vec<u8> {
    match shade {
        Shade::Ink => values.iter().flat_map(|value| [r, g, b, *value]).collect(),
        Shade::Grey => values.iter().flat_map(|value| [*value, *value, *value, 255]).collect(),
        Shade::Colour => {
            values.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pictures_keep_their_proportions() {
        assert_eq!(shown_size(28, 20), (28, 20));
        assert_eq!(shown_size(4_096, 2_048), (1_024, 512));
        assert_eq!(shown_size(100_000, 1), (1_024, 1));
        assert_eq!(shown_size(0, 0), (1, 1));
    }

    #[test]
    fn a_drawing_is_seen_in_the_ink_of_the_theme() {
        assert_eq!(rgba(&[0, 9], Shade::Ink, [1, 2, 3]), [1, 2, 3, 0, 1, 2, 3, 9]);
        assert_eq!(rgba(&[7], Shade::Grey, [1, 2, 3]), [7, 7, 7, 255]);
        assert_eq!(rgba(&[7, 8, 9], Shade::Colour, [1, 2, 3]), [7, 8, 9, 255]);
    }
}
