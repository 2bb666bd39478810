//! A photo once more in fewer pixels, as the desk's script makes them (`templates/desk/desk.js`): for the screens of readers.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageResult,
    codecs::{
        jpeg::{JpegDecoder, JpegEncoder},
        png::{CompressionType, FilterType as Row, PngDecoder, PngEncoder},
    },
    imageops::FilterType,
};

/// Pixels in a line: a phone's, a page's, and those of a page on a screen of twice as many pixels.
const WIDTHS: [u32; 3] = [480, 960, 1_440];
/// A rendition that is not smaller than this part of its picture, in pixels and in bytes, is not worth a file.
const WORTH: f64 = 0.8;
/// Of 100: what is lost nobody sees.
const QUALITY: u8 = 82;

/// The renditions of a JPEG or PNG that are worth it, smallest first. None of what cannot be read, of what moves, and of other types: that is sent as it is.
pub(crate) fn of(picture: &[u8], kind: &str) -> Vec<Vec<u8>> {
    let Ok(Some(whole)) = Picture::read(picture, kind) else {
        return Vec::new();
    };
    let part = |of: f64| of * WORTH;
    let smaller = WIDTHS
        .into_iter()
        .filter(|width| f64::from(*width) < part(f64::from(whole.pixels.width())));
    let written = smaller.filter_map(|width| whole.written(width, kind).ok());
    #[expect(clippy::cast_precision_loss, reason = "sizes of photos are far below 2^52")]
    let worth = |bytes: &Vec<u8>| (bytes.len() as f64) < part(picture.len() as f64);
    written.filter(worth).collect()
}

struct Picture {
    /// Turned as its EXIF orientation says.
    pixels: DynamicImage,
    /// What its colours mean, when that is of RGB.
    profile: Option<Vec<u8>>,
}

impl Picture {
    fn read(bytes: &[u8], kind: &str) -> ImageResult<Option<Self>> {
        let file = Cursor::new(bytes);
        match kind {
            "image/jpeg" => Self::decode(JpegDecoder::new(file)?).map(Some),
            "image/png" => match PngDecoder::new(file)? {
                moving if moving.is_apng()? => Ok(None),
                still => Self::decode(still).map(Some),
            },
            _ => Ok(None),
        }
    }

    fn decode(mut decoder: impl image::ImageDecoder) -> ImageResult<Self> {
        let orientation = decoder.orientation()?;
        let profile = decoder.icc_profile()?;
        let mut pixels = DynamicImage::from_decoder(decoder)?;
        pixels.apply_orientation(orientation);
        Ok(Self {
            pixels,
            // Bytes 16 to 19 name the colour space (ICC.1, section 7.2).
            profile: profile.filter(|profile| profile.get(16..20) == Some(b"RGB ")),
        })
    }

    fn written(&self, width: u32, kind: &str) -> ImageResult<Vec<u8>> {
        let height = f64::from(self.pixels.height()) * f64::from(width) / f64::from(self.pixels.width());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "less than the picture's own height"
        )]
        let height = (height.round() as u32).max(1);
        let small = self.pixels.resize_exact(width, height, FilterType::CatmullRom);
        let mut bytes = Vec::new();
        if kind == "image/jpeg" {
            let small = small.into_rgb8();
            self.write(
                JpegEncoder::new_with_quality(&mut bytes, QUALITY),
                &small,
                (width, height),
                ExtendedColorType::Rgb8,
            )?;
        } else {
            let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, Row::Adaptive);
            if small.color().has_alpha() {
                self.write(encoder, &small.into_rgba8(), (width, height), ExtendedColorType::Rgba8)?;
            } else {
                self.write(encoder, &small.into_rgb8(), (width, height), ExtendedColorType::Rgb8)?;
            }
        }
        Ok(bytes)
    }

    fn write(
        &self,
        mut encoder: impl ImageEncoder,
        pixels: &[u8],
        (width, height): (u32, u32),
        color: ExtendedColorType,
    ) -> ImageResult<()> {
        if let Some(profile) = &self.profile {
            // A format that cannot say it shows the colours as they are.
            let _ = encoder.set_icc_profile(profile.clone());
        }
        encoder.write_image(pixels, width, height, color)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough different pixels that fewer of them are fewer bytes.
    fn photo(width: u32, height: u32) -> DynamicImage {
        let shade = |x: u32, y: u32| (x.wrapping_mul(31) ^ y.wrapping_mul(17)).to_le_bytes()[0];
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([shade(x, y), shade(y, x), shade(x + y, x)])
        }))
    }

    fn encoded(picture: &DynamicImage, format: image::ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_photo_has_renditions_in_its_own_shape_as_far_as_they_are_worth_it() {
        for (format, kind) in [(image::ImageFormat::Jpeg, "image/jpeg"), (image::ImageFormat::Png, "image/png")] {
            let made = of(&encoded(&photo(1_210, 605), format), kind);
            // Measured by another crate.
            let sizes: Vec<_> = made.iter().map(|bytes| release::picture_size(bytes)).collect();
            assert_eq!(sizes, [Some((480, 240)), Some((960, 480))], "{kind}");
            assert_eq!(of(&encoded(&photo(599, 300), format), kind), Vec::<Vec<u8>>::new(), "{kind}");
        }
    }

    #[test]
    fn a_photo_that_lies_on_its_side_stands_up() {
        let upright = encoded(&photo(600, 1_200), image::ImageFormat::Jpeg);
        // EXIF orientation 6 (TIFF 6.0, tag 274), in an APP1 segment behind the first two bytes.
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let lying = [&upright[..2], &[0xff, 0xe1], &length, exif, &upright[2..]].concat();
        let sizes = of(&lying, "image/jpeg");
        let sizes: Vec<_> = sizes.iter().map(|bytes| release::picture_size(bytes)).collect();
        assert_eq!(release::picture_size(&lying), Some((1_200, 600)));
        assert_eq!(sizes, [Some((480, 240))]);
    }

    #[test]
    fn what_cannot_be_read_has_none() {
        for (bytes, kind) in [(&b"no picture"[..], "image/jpeg"), (b"", "image/png"), (b"GIF89a", "image/gif")] {
            assert_eq!(of(bytes, kind), Vec::<Vec<u8>>::new());
        }
    }
}
