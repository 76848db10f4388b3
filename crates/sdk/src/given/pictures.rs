//! Labelled pictures as callers write them. They are made small one by one, so only one is large at a time.

use super::{pixels::pixels, table::yes_or_no};
use crate::{
    argument::{Fields, text},
    failure::Failure,
};
use browser::Host;
use data::{Ground, Look, Paint, Recipe};
use js_sys::Array;
use neural::{Dataset, ROWS_MAX, VALUES_BYTES_MAX, Values};
use units::SortedSet;
use wasm_bindgen::{JsCast, JsValue};

/// As large as the handwritten digits of MNIST.
const SIDE: u32 = 28;
const SIDE_MAX: u32 = 256;
/// Characters of a class's name.
const CLASS_CHARS_MAX: usize = 64;

/// Pictures, and how the caller wants them to look.
pub(super) struct Album {
    /// Image and label.
    pictures: Vec<(JsValue, String)>,
    side: Option<u32>,
    paint: Option<Paint>,
}

impl Album {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Failure> {
        let side = fields.whole("side", 1, SIDE_MAX)?;
        let colour = fields.get("colour").map(|it| yes_or_no(&it, "`colour`")).transpose()?;
        let paint = colour.map(|colour| if colour { Paint::Colour } else { Paint::Grey });
        let pictures = fields.require("pictures")?;
        let Some(list) = pictures.dyn_ref::<Array>() else {
            return Err(Failure::invalid("`pictures` must be an array of { image, label }"));
        };
        let count = list.length();
        if !(1..=ROWS_MAX as u32).contains(&count) {
            return Err(Failure::invalid(format!(
                "{count} pictures: 1 to {ROWS_MAX} are possible"
            )));
        }
        let pictures = list.iter().enumerate().map(|(at, entry)| picture(at, &entry));
        Ok(Self { pictures: pictures.collect::<Result<_, _>>()?, side, paint })
    }

    /// Rows, and how they were made: these pictures come first.
    pub(super) async fn learn(self, host: &Host) -> Result<(Dataset, Recipe), Failure> {
        let side = self.side.unwrap_or(SIDE);
        let paint = self.paint.unwrap_or(Paint::Grey);
        let look = Look { side, paint, ground: Ground::White };
        look.validate().map_err(|error| Failure::invalid(error.to_string()))?;
        let names: SortedSet<&String> = self.pictures.iter().map(|(_, label)| label).collect();
        let classes: Vec<String> = names.into_iter().cloned().collect();
        if let [only] = &classes[..] {
            return Err(Failure::invalid(format!(
                "all pictures have the label {only:?}: two classes are needed to tell apart"
            )));
        }
        let dataset = self.rows(host, look, &classes).await?;
        Ok((dataset, Recipe::Pictures { look, classes }))
    }

    /// Rows as the members of a room have agreed to make them.
    pub(super) async fn rows(
        self,
        host: &Host,
        look: Look,
        classes: &[String],
    ) -> Result<Dataset, Failure> {
        if self.side.is_some_and(|side| side != look.side)
            || self.paint.is_some_and(|paint| paint != look.paint)
        {
            let colour = look.paint == Paint::Colour;
            return Err(Failure::invalid(format!(
                "the cluster looks at pictures with `side` {} and `colour` {colour}: leave both out, or make another cluster",
                look.side
            )));
        }
        let count = self.pictures.len();
        let bytes = count as u64 * u64::from(look.inputs());
        if bytes > VALUES_BYTES_MAX as u64 {
            return Err(Failure::invalid(format!(
                "{count} pictures of {} values are {bytes} bytes: {VALUES_BYTES_MAX} are possible; give a smaller `side`, or fewer",
                look.inputs()
            )));
        }
        let mut values = Vec::new();
        let mut labels = Vec::with_capacity(count);
        for (at, (image, label)) in self.pictures.into_iter().enumerate() {
            let Some(class) = classes.iter().position(|class| *class == label) else {
                let known = classes.iter().take(8).cloned().collect::<Vec<_>>().join("`, `");
                return Err(Failure::invalid(format!(
                    "picture {at} has the label `{label}`, which the cluster does not tell: it tells `{known}`"
                )));
            };
            let what = format!("`image` of picture {at}");
            values.extend(small(host, &image, &what, look).await?);
            labels.push(class as u16);
        }
        let (inputs, classes) = (look.inputs(), classes.len() as u32);
        Ok(Dataset { inputs, classes, values: Values::Bytes(values), labels })
    }
}

/// One picture's values.
pub(super) async fn small(
    host: &Host,
    image: &JsValue,
    what: &str,
    look: Look,
) -> Result<Vec<u8>, Failure> {
    let pixels = pixels(image, what).await?;
    Ok(host.scale_picture(pixels.rgba, pixels.width, pixels.height, look).await?)
}

fn picture(at: usize, entry: &JsValue) -> Result<(JsValue, String), Failure> {
    let fields = Fields::new(entry, "a picture", &["image", "label"])?;
    let label = text(&fields.require("label")?, &format!("`label` of picture {at}"))?;
    if !(1..=CLASS_CHARS_MAX).contains(&label.chars().count()) {
        return Err(Failure::invalid(format!(
            "`label` of picture {at} must have 1 to {CLASS_CHARS_MAX} characters"
        )));
    }
    Ok((fields.require("image")?, label))
}
