-- SPDX-License-Identifier: GPL-2.0
-- Fields that a display filter can name: those of frames and blocks, and
-- skbtrace.EVENT.FIELD for each field of each event.

local proto = Proto("skbtrace", "skbtrace: decisions of the network stack")
local F = {}		-- by what is behind "skbtrace."
local all = {}

local function declare(name, make, ...)
	local f = make("skbtrace." .. name, ...)

	F[name] = f
	all[#all + 1] = f
end

local kinds = {
	[K.BLOCKS] = "blocks", [K.FORMAT] = "format", [K.INFO] = "info",
	[K.PROBE] = "probe", [K.ECHO] = "echo",
}
local contexts = { [0] = "task", "softirq", "hardirq" }

-- Of a frame
declare("frame.version", ProtoField.uint8, "Version")
declare("frame.kind", ProtoField.uint8, "Kind", base.DEC, kinds)
declare("frame.flags", ProtoField.uint8, "Flags", base.HEX)
declare("frame.prio", ProtoField.uint8, "Priority")
declare("frame.hdr_len", ProtoField.uint16, "Length of the header")
declare("frame.event", ProtoField.uint16, "Number of the first block's event")
declare("frame.len", ProtoField.uint32, "Bytes after the header")
declare("frame.session", ProtoField.uint32, "Run of the session")
declare("frame.host", ProtoField.uint64, "Sender", base.HEX)
declare("frame.cpu", ProtoField.uint32, "CPU")
declare("frame.nr", ProtoField.uint32, "Blocks")
declare("frame.seq", ProtoField.uint64, "First sequence number, or offset")
declare("frame.frame_seq", ProtoField.uint64, "Number of the frame")
declare("frame.mono_ns", ProtoField.uint64, "Monotonic clock of the sender, ns")
declare("frame.real", ProtoField.absolute_time, "Clock of the sender")
declare("frame.lost_total", ProtoField.uint64, "Lost on this CPU so far")
declare("frame.epoch", ProtoField.uint32, "Epoch")
declare("frame.total", ProtoField.uint32, "Bytes of the whole text")
declare("text", ProtoField.string, "Text")

-- Of an event, by the names that parse --json has for them
declare("event", ProtoField.string, "Event")
declare("event_no", ProtoField.uint16, "Number of the event")
declare("time", ProtoField.absolute_time, "Time, by the sender's clock")
declare("mono_ns", ProtoField.uint64, "Monotonic clock, ns")
declare("cpu", ProtoField.uint32, "CPU")
declare("seq", ProtoField.uint64, "Sequence number")
declare("ctx", ProtoField.uint8, "Context", base.DEC, contexts)
declare("flags", ProtoField.uint8, "Flags", base.HEX)
declare("key", ProtoField.uint64, "Key", base.HEX)
declare("netns", ProtoField.uint32, "Network namespace")
declare("pid", ProtoField.uint32, "Process")
declare("comm", ProtoField.string, "Program")
declare("sk", ProtoField.uint64, "Socket cookie", base.HEX)
declare("pkt", ProtoField.uint64, "Packet id", base.HEX)
declare("conn", ProtoField.string, "Connection")
declare("local", ProtoField.ipv4, "Local address")
declare("local6", ProtoField.ipv6, "Local address")
declare("lport", ProtoField.uint16, "Local port")
declare("peer", ProtoField.ipv4, "Peer address")
declare("peer6", ProtoField.ipv6, "Peer address")
declare("pport", ProtoField.uint16, "Peer port")
declare("inferred", ProtoField.bool, "Inferred")
declare("held", ProtoField.bool, "Was held back for a primary")
declare("older_missed", ProtoField.bool, "Older held events are missing")
declare("stack", ProtoField.string, "Stack, innermost first")
declare("payload", ProtoField.bytes, "First bytes of the packet")
declare("payload_of", ProtoField.uint32, "Bytes of the packet, from IP on")

-- Of what is missing
declare("lost", ProtoField.uint64, "Events lost by the sender")
declare("lost.kind", ProtoField.string, "Lost events of kind")
declare("lost.until", ProtoField.absolute_time, "Time of the last one lost")
declare("gap", ProtoField.uint64, "Events missing before this frame")
declare("shed.factor", ProtoField.uint32, "One connection recorded in")
declare("shed.was", ProtoField.uint32, "Before, one in")
declare("shed.share_ppm", ProtoField.uint32, "Cost, ppm")
declare("shed.limit_ppm", ProtoField.uint32, "Limit of the cost, ppm")

local ints = {
	u8 = ProtoField.uint8, u16 = ProtoField.uint16,
	u32 = ProtoField.uint32, u64 = ProtoField.uint64,
	s8 = ProtoField.int8, s16 = ProtoField.int16,
	s32 = ProtoField.int32, s64 = ProtoField.int64,
}
local hex = { hex = true, sk = true, pkt = true, sym = true, flags = true }
local measured = { us = " us", ns = " ns", bytes = " bytes", Bps = " bytes/s" }

-- Words of a table, by number
local words = {}
for name, list in pairs(WORDS) do
	local by = {}

	for _, w in ipairs(list) do
		by[w[1]] = w[2]
	end
	words[name] = by
end

local function declare_flags(name, f)
	for _, w in ipairs(WORDS[f.words]) do
		declare(name .. "." .. w[2], ProtoField.bool,
			f.text .. " has " .. w[2])
	end
end

local function declare_int(name, f)
	local make = ints[f.type]

	if f.unit == "enum" then
		declare(name, make, f.text, base.DEC, words[f.words], nil, f.help)
	elseif hex[f.unit] and f.type:sub(1, 1) == "u" then
		declare(name, make, f.text, base.HEX, nil, nil, f.help)
	elseif measured[f.unit] then
		declare(name, make, f.text, base.UNIT_STRING,
			{ measured[f.unit] }, nil, f.help)
	else
		declare(name, make, f.text, base.DEC, nil, nil, f.help)
	end
	if f.unit == "flags" then
		declare_flags(name, f)
	elseif f.unit == "sym" then
		declare(name .. "_name", ProtoField.string, f.text, base.ASCII,
			f.help)
	end
end

-- An address is IPv4 or IPv6: two fields, for a filter compares one type only
local function declare_field(e, f)
	local name = e.name .. "." .. f.name

	f.full = name
	if f.spare then
		return
	elseif f.type == "addr" then
		declare(name, ProtoField.ipv4, f.text, f.help)
		declare(name .. "6", ProtoField.ipv6, f.text, f.help)
	elseif f.type == "str" then
		declare(name, ProtoField.string, f.text, base.ASCII, f.help)
	else
		declare_int(name, f)
	end
end

for _, e in ipairs(EVENTS) do
	declare(e.name, ProtoField.none, e.name, e.help)
	for _, f in ipairs(e.fields) do
		declare_field(e, f)
	end
end
proto.fields = all

local X = {
	lost = ProtoExpert.new("skbtrace.expert.lost", "The sender lost events",
		expert.group.SEQUENCE, expert.severity.WARN),
	gap = ProtoExpert.new("skbtrace.expert.gap",
		"Frames are missing: dropped on the way, or later than this one",
		expert.group.SEQUENCE, expert.severity.WARN),
	shed = ProtoExpert.new("skbtrace.expert.shed",
		"A part of the connections is not recorded",
		expert.group.SEQUENCE, expert.severity.NOTE),
	trouble = ProtoExpert.new("skbtrace.expert.trouble", "Trouble",
		expert.group.RESPONSE_CODE, expert.severity.NOTE),
	unknown = ProtoExpert.new("skbtrace.expert.unknown",
		"Not in the format that this dissector was made from",
		expert.group.UNDECODED, expert.severity.NOTE),
	malformed = ProtoExpert.new("skbtrace.expert.malformed",
		"Not what a frame of this version holds",
		expert.group.MALFORMED, expert.severity.ERROR),
}
proto.experts = { X.lost, X.gap, X.shed, X.trouble, X.unknown, X.malformed }
