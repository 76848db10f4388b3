//! Pictures of any size become small square ones.

use protocol::limits::NETWORK_INPUTS_MAX;
use serde::{Deserialize, Serialize};

/// Pixels of one picture as it comes: a photograph of 64 megapixels.
pub(crate) const PIXELS_MAX: u64 = 1 << 26;

/// How pictures become inputs. What is learnt holds for pictures of one look, so it is kept with the model.
///
/// The largest square around the centre is taken and the rest cut off: people put their subject there, and added borders
/// would be learnt as if they belonged to it. Each small pixel is the mean of the area that it covers; transparent parts
/// show the ground behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Pixels along each side, from 1 to 256, or to 147 in colour.
    pub side: u32,
    /// Grey or colour.
    pub paint: Paint,
    /// What is behind transparent parts.
    pub ground: Ground,
}

/// What a pixel consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paint {
    /// One value: the luma of ITU-R BT.601, 0.299 red + 0.587 green + 0.114 blue.
    Grey,
    /// Three values beside each other: red, green, blue.
    Colour,
}

/// What is behind transparent parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ground {
    /// All values 0.
    Black,
    /// All values 255.
    White,
}

/// A picture that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// A look that no network can see.
    #[error("pictures of {side} x {side} pixels: 1 to {max} a side are possible")]
    Side {
        /// As given.
        side: u32,
        /// The most in grey or colour, as wished.
        max: u32,
    },
    /// A picture without pixels, or with too many.
    #[error("a picture of {width} x {height} pixels: 1 to {PIXELS_MAX} pixels are possible")]
    Size {
        /// As given.
        width: u32,
        /// As given.
        height: u32,
    },
    /// Bytes that are not as many as the pixels have.
    #[error("{bytes} bytes, where {width} x {height} pixels have {expected}")]
    Bytes {
        /// As given.
        bytes: usize,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// As many there should be.
        expected: u64,
    },
    /// A set that is full.
    #[error("the set is full with {pictures} pictures: make them smaller, or start to learn")]
    Full {
        /// Pictures in it.
        pictures: usize,
    },
    /// One class more than possible.
    #[error("{class:?} would be one class more than {NETWORK_CLASSES_MAX}", NETWORK_CLASSES_MAX = protocol::limits::NETWORK_CLASSES_MAX)]
    Classes {
        /// The class that is too many.
        class: String,
    },
    /// A name that cannot be shown.
    #[error("a class needs a name of 1 to {0} characters", crate::picture_set::CLASS_CHARS_MAX)]
    ClassName,
    /// Nothing to tell apart.
    #[error(
        "{classes} classes of pictures: two are needed to tell apart; add pictures of another class"
    )]
    OneClass {
        /// How many there are.
        classes: usize,
    },
}

impl Look {
    /// Values in one input.
    pub fn inputs(&self) -> u32 {
        self.side.saturating_mul(self.side).saturating_mul(self.paint.values() as u32)
    }

    /// Checks that a network can have such inputs.
    ///
    /// # Errors
    /// [`PictureError::Side`].
    pub fn validate(&self) -> Result<(), PictureError> {
        let max = match self.paint {
            Paint::Grey => 256,
            Paint::Colour => 147,
        };
        debug_assert!(max * max * self.paint.values() <= NETWORK_INPUTS_MAX);
        let max = max as u32;
        if (1..=max).contains(&self.side) {
            Ok(())
        } else {
            Err(PictureError::Side { side: self.side, max })
        }
    }

    /// One picture, four bytes a pixel (red, green, blue, opacity), row after row, as one input.
    ///
    /// Whole numbers alone, so the same everywhere. The time is that of the pixels that come and those that become.
    ///
    /// # Errors
    /// [`PictureError`] names the size that is wrong.
    pub fn input(&self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<u8>, PictureError> {
        self.validate()?;
        let pixels = u64::from(width) * u64::from(height);
        if !(1..=PIXELS_MAX).contains(&pixels) {
            return Err(PictureError::Size { width, height });
        }
        if rgba.len() as u64 != 4 * pixels {
            let (bytes, expected) = (rgba.len(), 4 * pixels);
            return Err(PictureError::Bytes { bytes, width, height, expected });
        }
        let square = Square::centred(rgba, width as usize, height as usize);
        Ok(match self.paint {
            Paint::Grey => self.shrink(&square, |[r, g, b]| [(299 * r + 587 * g + 114 * b) / 1000]),
            Paint::Colour => self.shrink(&square, |colour| colour),
        })
    }

    /// The mean over the area of each small pixel, rounded. Lengths are counted in parts of a pixel, `side` to each, so
    /// that the borders of small pixels, `square.side` of such parts apart, lie on whole numbers.
    fn shrink<const N: usize>(
        &self,
        square: &Square<'_>,
        paint: fn([u64; 3]) -> [u64; N],
    ) -> Vec<u8> {
        let (side, source_side) = (self.side as usize, square.side);
        let ground = match self.ground {
            Ground::Black => 0,
            Ground::White => 255,
        };
        let area = (source_side * source_side) as u64;
        let mut small = Vec::with_capacity(side * side * N);
        let mut sums = vec![[0u64; N]; side];
        for y in 0..side {
            sums.fill([0; N]);
            for (source_y, tall) in overlaps(y, side, source_side) {
                for (x, sum) in sums.iter_mut().enumerate() {
                    for (source_x, wide) in overlaps(x, side, source_side) {
                        let colour = paint(square.colour(source_x, source_y, ground));
                        for (sum, value) in sum.iter_mut().zip(colour) {
                            *sum += value * tall * wide;
                        }
                    }
                }
            }
            // Values are 255 times as large as a byte.
            let mean = |sum: &u64| ((sum + area * 255 / 2) / (area * 255)) as u8;
            small.extend(sums.as_flattened().iter().map(mean));
        }
        small
    }
}

impl Paint {
    pub(crate) fn values(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Colour => 3,
        }
    }
}

/// The square around the centre of a picture.
struct Square<'a> {
    rgba: &'a [u8],
    width: usize,
    left: usize,
    top: usize,
    side: usize,
}

impl<'a> Square<'a> {
    fn centred(rgba: &'a [u8], width: usize, height: usize) -> Self {
        let side = width.min(height);
        Self { rgba, width, left: (width - side) / 2, top: (height - side) / 2, side }
    }

    /// Red, green and blue over the ground, each from 0 to 255 * 255.
    fn colour(&self, x: usize, y: usize, ground: u64) -> [u64; 3] {
        let place = 4 * ((self.top + y) * self.width + self.left + x);
        let pixel = &self.rgba[place..place + 4];
        let opacity = u64::from(pixel[3]);
        let over = |value: u8| u64::from(value) * opacity + ground * (255 - opacity);
        [over(pixel[0]), over(pixel[1]), over(pixel[2])]
    }
}

/// The source pixels that a small pixel covers, and how much of each.
fn overlaps(small: usize, side: usize, source_side: usize) -> impl Iterator<Item = (usize, u64)> {
    let (start, end) = (small * source_side, (small + 1) * source_side);
    (start / side..end.div_ceil(side)).map(move |source| {
        let overlap = end.min((source + 1) * side) - start.max(source * side);
        (source, overlap as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GREY: Look = Look { side: 2, paint: Paint::Grey, ground: Ground::White };

    fn pixels(values: &[u8]) -> Vec<u8> {
        values.iter().flat_map(|value| [*value, *value, *value, 255]).collect()
    }

    #[test]
    fn each_small_pixel_is_the_mean_of_its_area() {
        let four = pixels(&[0, 10, 100, 100, 20, 30, 100, 101, 1, 1, 0, 0, 1, 1, 0, 255]);
        assert_eq!(GREY.input(&four, 4, 4), Ok(vec![15, 100, 1, 64]));
        // The middle column belongs to both sides.
        let three = pixels(&[0, 90, 0, 0, 90, 0, 0, 90, 0]);
        assert_eq!(GREY.input(&three, 3, 3), Ok(vec![30, 30, 30, 30]));
        assert_eq!(GREY.input(&pixels(&[7]), 1, 1), Ok(vec![7, 7, 7, 7]));
    }

    #[test]
    fn the_square_in_the_middle_is_taken() {
        let wide = pixels(&[9, 1, 2, 9, 9, 3, 4, 9]);
        assert_eq!(GREY.input(&wide, 4, 2), Ok(vec![1, 2, 3, 4]));
        let tall = pixels(&[1, 2, 3, 4, 9, 9]);
        assert_eq!(GREY.input(&tall, 2, 3), Ok(vec![1, 2, 3, 4]));
    }

    #[test]
    fn colours_stay_and_transparent_parts_show_the_ground() {
        let colour = Look { side: 1, paint: Paint::Colour, ground: Ground::Black };
        assert_eq!(colour.input(&[200, 100, 50, 255], 1, 1), Ok(vec![200, 100, 50]));
        assert_eq!(colour.input(&[200, 100, 50, 0], 1, 1), Ok(vec![0, 0, 0]));
        let white = Look { ground: Ground::White, ..colour };
        assert_eq!(white.input(&[200, 100, 50, 51], 1, 1), Ok(vec![244, 224, 214]));
        let grey = Look { side: 1, ..GREY };
        assert_eq!(grey.input(&[0, 255, 0, 255], 1, 1), Ok(vec![150]));
    }

    #[test]
    fn a_wrong_size_is_named() {
        let problem = |look: Look, width, height| {
            look.input(&[0; 16], width, height).unwrap_err().to_string()
        };
        assert!(problem(GREY, 3, 2).contains("16 bytes, where 3 x 2 pixels have 24"));
        assert!(problem(GREY, 0, 2).contains("a picture of 0 x 2 pixels"));
        assert!(problem(GREY, u32::MAX, u32::MAX).contains("1 to 67108864 pixels"));
        assert!(problem(Look { side: 257, ..GREY }, 2, 2).contains("1 to 256 a side"));
        let colour = Look { side: 148, paint: Paint::Colour, ..GREY };
        assert!(problem(colour, 2, 2).contains("1 to 147 a side"));
    }

    proptest! {
        #[test]
        fn a_picture_of_one_colour_keeps_it(
            value: u8, width in 1u32..40, height in 1u32..40, side in 1u32..40,
        ) {
            let look = Look { side, ..GREY };
            let picture = pixels(&vec![value; (width * height) as usize]);
            prop_assert_eq!(look.input(&picture, width, height), Ok(vec![value; (side * side) as usize]));
        }

        #[test]
        fn any_bytes_are_an_input_or_an_error(
            bytes in any::<Vec<u8>>(), width in 0u32..20, height in 0u32..20, side in 0u32..20,
        ) {
            let look = Look { side, paint: Paint::Colour, ground: Ground::White };
            if let Ok(input) = look.input(&bytes, width, height) {
                prop_assert_eq!(input.len(), look.inputs() as usize);
            }
        }
    }
}
