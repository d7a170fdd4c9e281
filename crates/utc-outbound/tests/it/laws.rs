//! Laws that hold for every address and policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use utc_outbound::{AddressClass, AllowEntry, OutboundPolicy, Standing};

/// Half of them from networks that are not public, which are rare among all.
fn ipv4() -> impl Strategy<Value = Ipv4Addr> {
    let special = prop::sample::select(vec![0u8, 10, 100, 127, 169, 172, 192, 198, 224, 255]);
    prop_oneof![
        any::<Ipv4Addr>(),
        (
            special,
            prop::sample::select(vec![0u8, 16, 18, 64, 168, 254]),
            any::<u8>(),
            any::<u8>()
        )
            .prop_map(|(a, b, c, d)| Ipv4Addr::new(a, b, c, d)),
    ]
}

/// Policies that list IPv4 networks alone: to list an IPv6 network is to say that it is meant.
fn policy() -> impl Strategy<Value = OutboundPolicy> {
    let entry = (ipv4(), 0u8..=32)
        .prop_map(|(address, prefix)| format!("{address}/{prefix}").parse::<AllowEntry>().unwrap());
    let own = ipv4().prop_map(|address| SocketAddr::new(address.into(), 443));
    (vec(entry, 0..4), any::<bool>(), vec(own, 0..3)).prop_map(|(entries, loopback, own)| {
        let policy = OutboundPolicy::default()
            .allowing(entries)
            .refusing_own(own);
        if loopback {
            policy.allowing_loopback()
        } else {
            policy
        }
    })
}

/// Every IPv6 form that carries `address`.
fn forms(address: Ipv4Addr) -> [Ipv6Addr; 7] {
    let low = u128::from(address.to_bits());
    let form = |high: u128| Ipv6Addr::from_bits(high | low);
    [
        form(0xffff << 32),
        form(0),
        form(0xffff << 48),
        form(0x64_ff9b << 96),
        form((0x64_ff9b << 96) | (1 << 80)),
        Ipv6Addr::from_bits((0x2002 << 112) | (low << 80) | 1),
        Ipv6Addr::from_bits((0x2001_0000 << 96) | u128::from(!address.to_bits())),
    ]
}

fn passes(policy: &OutboundPolicy, address: impl Into<IpAddr>) -> bool {
    let address = SocketAddr::new(address.into(), 443);
    policy.judge("host.example", address).is_ok()
}

proptest! {
    #[test]
    fn no_other_form_of_an_address_gets_through_where_it_does_not(
        address in ipv4(), policy in policy(),
    ) {
        for form in forms(address) {
            prop_assert!(passes(&policy, address) || !passes(&policy, form), "{form}");
        }
    }

    #[test]
    fn a_mapped_address_is_judged_as_what_it_maps(address in ipv4(), policy in policy()) {
        let mapped = address.to_ipv6_mapped();
        prop_assert_eq!(passes(&policy, mapped), passes(&policy, address));
        prop_assert_eq!(AddressClass::of(mapped.into()), AddressClass::of(address.into()));
    }

    #[test]
    fn what_is_never_called_is_not_called_whatever_is_listed(bits in any::<u128>(), v4 in ipv4()) {
        let everything = ["0.0.0.0/0", "::/0", "host.example"].map(|entry| entry.parse().unwrap());
        let policy = OutboundPolicy::default().allowing(everything).allowing_loopback();
        let others = forms(v4).map(IpAddr::from);
        for address in [IpAddr::V4(v4), Ipv6Addr::from_bits(bits).into()].into_iter().chain(others) {
            let never = AddressClass::of(address).standing() == Standing::Never;
            prop_assert_eq!(passes(&policy, address), !never, "{}", address);
        }
    }

    #[test]
    fn without_a_list_the_public_addresses_alone_pass(v4 in ipv4(), bits in any::<u128>()) {
        for address in [IpAddr::V4(v4), Ipv6Addr::from_bits(bits).into()] {
            let public = AddressClass::of(address) == AddressClass::Public;
            prop_assert_eq!(passes(&OutboundPolicy::default(), address), public, "{}", address);
        }
    }

    #[test]
    fn an_entry_is_printed_so_that_it_reads_back(
        text in "[a-z0-9.]{1,12}(:[1-9][0-9]{0,3})?|[0-9]{1,2}\\.0\\.0\\.0/[0-9]{1,2}|\\[fd00::[0-9a-f]{1,4}\\]:1",
    ) {
        if let Ok(entry) = text.parse::<AllowEntry>() {
            prop_assert_eq!(entry.to_string().parse::<AllowEntry>(), Ok(entry));
        }
    }
}
