//! Several voices as one sound, and how loud it is.

/// Up to here nothing is changed; what is louder comes ever closer to 1 and never reaches it.
const KNEE: f32 = 0.7;

/// Adds a voice to a sound, while its loudness goes evenly from one to another so that nothing clicks.
pub(super) fn add(sound: &mut [f32], voice: &[f32], from: f32, to: f32) {
    let step = (to - from) / sound.len().max(1) as f32;
    for (index, (sample, voice)) in sound.iter_mut().zip(voice).enumerate() {
        *sample += voice * (from + step * index as f32);
    }
}

/// Keeps a sound within what can be played, softly.
pub(super) fn limit(sound: &mut [f32]) {
    for sample in sound {
        let over = sample.abs() - KNEE;
        if over > 0.0 {
            let room = 1.0 - KNEE;
            *sample = (KNEE + room * (over / room).tanh()).copysign(*sample);
        }
    }
}

/// How far below the loudest it is, as RFC 6464 says it: 0 to 127 dBov.
pub(super) fn below_full(sound: &[f32]) -> u8 {
    let power = sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32;
    let level = -10.0 * power.max(1e-13).log10();
    level.clamp(0.0, 127.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_added_and_their_loudness_goes_evenly() {
        let mut sound = [0.1_f32; 4];
        add(&mut sound, &[0.4; 4], 1.0, 0.0);
        assert!(sound.iter().zip([0.5, 0.4, 0.3, 0.2]).all(|(is, expected)| (is - expected).abs() < 1e-6), "{sound:?}");
        add(&mut [], &[], 0.0, 1.0);
    }

    #[test]
    fn what_is_soft_stays_and_what_is_loud_never_reaches_the_end() {
        let mut sound = [0.0, 0.5, -0.69, 0.9, -2.0, 8.0];
        limit(&mut sound);
        assert_eq!(sound[..3], [0.0, 0.5, -0.69]);
        assert!(sound[3..].iter().all(|sample| (KNEE..=1.0).contains(&sample.abs())), "{sound:?}");
        assert!(sound[3] < 0.9 && sound[4] < -0.99, "{sound:?}");
    }

    #[test]
    fn levels_are_those_of_the_header_extension() {
        let tone = |amplitude: f32| (0..960).map(|at| amplitude * (at as f32 * 0.1).sin()).collect::<Vec<_>>();
        assert_eq!(below_full(&[0.0; 960]), 127);
        assert_eq!(below_full(&[1.0; 960]), 0);
        assert_eq!((below_full(&tone(1.0)), below_full(&tone(0.1)), below_full(&tone(0.01))), (3, 23, 43));
        assert_eq!(below_full(&[]), 127);
    }
}
