//! Pixels of whatever a page can draw.

use crate::{argument::whole, failure::Failure};
use js_sys::{Function, Promise, Reflect, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ImageBitmap, ImageData, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// Pixels of an `ImageData`, which is taken as it is: 64 MiB.
const PIXELS_MAX: u64 = 1 << 24;

/// Pixels along the side of what is decoded. Four times the largest input: what a device's photographs have beyond is
/// given up by the browser, before it takes memory here.
const SIDE_MAX: u32 = 1_024;

/// Four bytes a pixel: red, green, blue, opacity.
pub(super) struct Pixels {
    pub rgba: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Those of an `ImageData`, or of anything that `createImageBitmap` takes: a `Blob` with a picture's file, an
/// `ImageBitmap`, a canvas, an image of the page.
pub(super) async fn pixels(image: &JsValue, what: &str) -> Result<Pixels, Failure> {
    if image.is_instance_of::<ImageData>() {
        return as_they_are(image, what);
    }
    let bitmap = decode(image, what).await?;
    let pixels = draw(&bitmap);
    bitmap.close();
    pixels.map_err(|problem| cannot(what, &problem))
}

/// Fields are asked for in a way that lets whatever only looks like an `ImageData` throw.
fn as_they_are(image: &JsValue, what: &str) -> Result<Pixels, Failure> {
    let field =
        |name: &str| Reflect::get(image, &name.into()).map_err(|problem| cannot(what, &problem));
    let size = |name: &str| whole(&field(name)?, &format!("`{name}` of {what}"), 1, u32::MAX);
    let (width, height) = (size("width")?, size("height")?);
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Failure::invalid(format!(
            "{what} has {width} x {height} pixels: {PIXELS_MAX} are possible; give a Blob, which is made smaller"
        )));
    }
    let data = field("data")?;
    let data = data.dyn_ref::<Uint8ClampedArray>();
    let data = data.ok_or_else(|| cannot(what, &"its pixels are no bytes".into()))?;
    Ok(Pixels { rgba: data.to_vec(), width, height })
}

/// A bitmap of our own, so that it may be closed.
async fn decode(image: &JsValue, what: &str) -> Result<ImageBitmap, Failure> {
    let create = Reflect::get(&js_sys::global(), &"createImageBitmap".into());
    let create = create.ok().and_then(|it| it.dyn_into::<Function>().ok());
    let create = create.ok_or_else(|| cannot(what, &"this browser decodes no pictures".into()))?;
    let promise = create.call1(&JsValue::UNDEFINED, image).and_then(JsCast::dyn_into::<Promise>);
    let decoded = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(problem) => Err(problem),
    };
    decoded.and_then(JsCast::dyn_into).map_err(|problem| cannot(what, &problem))
}

/// The square around the centre, which is all that is looked at, made smaller where it is very large.
fn draw(bitmap: &ImageBitmap) -> Result<Pixels, JsValue> {
    let (width, height) = (bitmap.width(), bitmap.height());
    let square = width.min(height);
    let side = square.clamp(1, SIDE_MAX);
    let canvas = OffscreenCanvas::new(side, side)?;
    let context = canvas.get_context("2d")?.ok_or("there is no canvas")?;
    let context: OffscreenCanvasRenderingContext2d = context.unchecked_into();
    let start = |length: u32| f64::from((length - square) / 2);
    let (from, to) = (f64::from(square), f64::from(side));
    context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        bitmap,
        start(width),
        start(height),
        from,
        from,
        0.0,
        0.0,
        to,
        to,
    )?;
    let data = context.get_image_data(0.0, 0.0, to, to)?;
    Ok(Pixels { rgba: data.data().0, width: side, height: side })
}

fn cannot(what: &str, problem: &JsValue) -> Failure {
    let message = Reflect::get(problem, &"message".into()).ok().and_then(|it| it.as_string());
    let message = message.or_else(|| problem.as_string()).unwrap_or_default();
    Failure::invalid(format!(
        "{what} is no picture: an ImageData, an ImageBitmap, a canvas or a Blob with a picture is needed ({message})"
    ))
}
