#!/bin/bash
# Findings on the reference plugins' DEL and CHECK, shown without the kit: reference-by-hand.sh PLUGIN-DIRECTORY
# As root; in network and mount namespaces of its own.
R=$1
unshare -n -m --propagation private bash -c '
P='$R'; export PATH=$PATH:/usr/sbin CNI_PATH=$P CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=eth0
mount -t tmpfs t /run; mkdir -p /run/netns; mount -t tmpfs t /var/lib/cni; ip link set lo up; ip netns add a
B="\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"bridge\",\"bridge\":\"b0\",\"isGateway\":true,\"ipMasq\":true,\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.9.0.0/16\"}"
run() { CNI_COMMAND=$1 $P/$2 <<<"$3"; }
r=$(run ADD bridge "{$B}")
echo "== K11 flush masquerade, CHECK:"; c=$(nft list ruleset | sed -n "s/.*chain \(CNI-[0-9a-f]*\) .*/\1/p" | head -1); nft flush chain ip nat $c; run CHECK bridge "{$B,\"prevResult\":$r}"; echo "exit $?"
echo "== K19 address without gateway in prevResult, CHECK:"; ip -n a addr add 192.0.2.77/32 dev eth0
r2=$(echo "$r" | python3 -c "import json,sys; j=json.load(sys.stdin); j[\"ips\"].append({\"address\":\"192.0.2.77/32\",\"interface\":2}); print(json.dumps(j))"); run CHECK bridge "{$B,\"prevResult\":$r2}"; echo "exit $?"
echo "== D9b link deleted by hand, DEL:"; ip -n a link del eth0; run DEL bridge "{$B,\"prevResult\":$r}"; echo "exit $?"; nft list ruleset | grep -c "jump CNI-"
echo "== D7 firewall DEL without prevResult:"; ip netns del a; ip netns add a; r=$(run ADD bridge "{$B}"); F="\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"firewall\""; run ADD firewall "{$F,\"prevResult\":$r}" >/dev/null; run DEL firewall "{$F}"; echo "exit $?"; nft list ruleset | grep -c "saddr 10.9.*accept"
echo "== K1 portmap CHECK right after ADD (IPv4 only):"; M="\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"}]}"; run ADD portmap "{$M,\"prevResult\":$r}" >/dev/null; run CHECK portmap "{$M,\"prevResult\":$r}"; echo "exit $?"
echo "== D5 netns gone, bridge DEL:"; ip netns del a; sleep 1; run DEL bridge "{$B,\"prevResult\":$r}"; echo "exit $?"; nft list ruleset | grep -c "jump CNI-[0-9a-f]\{24\}"
' 2>&1
