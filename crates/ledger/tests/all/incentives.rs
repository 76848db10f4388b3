//! Honest work pays more than every other way of taking part that is simulated.

use crate::simulation::{Gain, Way, gain, ways};

const ROUNDS: u32 = 60;

fn gain_of(way: Way, devices: u8) -> Gain {
    gain(way, devices, ROUNDS, 7)
}

#[test]
fn an_honest_device_earns_more_than_one_that_goes_any_other_way() {
    for devices in [4, 8, 16] {
        let honest = gain_of(Way::Honest, devices).micros;
        assert!(honest > 0);
        // Four of eight are half of the room: nothing here tells which half is honest.
        let is_half = |way: &Way| *way == Way::Clique(4) && devices == 8;
        let others = ways(devices).into_iter().filter(|way| *way != Way::Honest && !is_half(way));
        for way in others {
            let other = gain_of(way, devices).micros;
            assert!(other < honest, "{devices} devices: {way:?} {other}, honest {honest}");
        }
    }
}

#[test]
fn who_computes_nothing_or_pays_itself_loses_money() {
    for way in [Way::Noise, Way::OwnSession(4), Way::Lends, Way::Rates] {
        let of = gain_of(way, 8).micros;
        assert!(of < 0, "{way:?} {of}");
    }
}

#[test]
fn one_seed_repeats_one_table() {
    let once = || gain(Way::Names(2), 4, 10, 3);
    assert_eq!((once().micros, once().honest_micros), (once().micros, once().honest_micros));
    assert_ne!(once().micros, gain(Way::Names(2), 4, 10, 4).micros);
}
