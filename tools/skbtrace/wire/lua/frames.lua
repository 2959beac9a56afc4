-- SPDX-License-Identifier: GPL-2.0
-- A frame: its header, and the blocks or the text in it.

local header = {	-- name, offset, size
	{ "frame.version", 0, 1 }, { "frame.kind", 1, 1 },
	{ "frame.flags", 2, 1 }, { "frame.prio", 3, 1 },
	{ "frame.hdr_len", 4, 2 }, { "frame.event", 6, 2 },
	{ "frame.len", 8, 4 }, { "frame.session", 12, 4 },
	{ "frame.host", 16, 8 }, { "frame.cpu", 24, 4 }, { "frame.nr", 28, 4 },
	{ "frame.seq", 32, 8 }, { "frame.frame_seq", 40, 8 },
	{ "frame.mono_ns", 48, 8 }, { "frame.lost_total", 64, 8 },
	{ "frame.epoch", 72, 4 }, { "frame.total", 76, 4 },
}

local function ns_time(ns)
	return NSTime((ns / 1000000000):tonumber(), (ns % 1000000000):tonumber())
end

local function warn(tree, pinfo, text)
	tree:add_proto_expert_info(X.malformed, text)
	pinfo.cols.info = "not understood: " .. text
end

-- What is missing before this frame, found when it is seen first
local function find_gap(scope, pinfo, cpu, seq, takes)
	local due = scope.seqs[cpu]

	if pinfo.visited then
		return scope.gaps[pinfo.number]
	end
	if due and seq > due and not scope.chosen then
		scope.gaps[pinfo.number] = seq - due
	end
	if not due or seq + takes > due then
		scope.seqs[cpu] = seq + takes
	end
	return scope.gaps[pinfo.number]
end

local function address_of(a)
	return a and Address[a.v6 and "ipv6" or "ip"](a.text)
end

-- The connection, in the columns "source" and "destination"
local function set_columns(pinfo, b)
	local t = b.tuple or b.conn

	if t and t.laddr and t.paddr then
		pinfo.src = address_of(t.laddr)
		pinfo.dst = address_of(t.paddr)
	end
end

local function dissect_blocks(h, tvb, pinfo, tree)
	local at, shown, seq = h.hdr_len, nil, h.seq
	local takes, gap = UInt64.new(0), nil
	local off = h.real_ns - h.mono_ns
	local n = 0

	while at < h.hdr_len + h.len do
		local len = at + 4 <= tvb:len() and h.rd.u(tvb(at, 2)) or 0
		local b

		if len < K.BLOCK_LEN or at + len > h.hdr_len + h.len then
			warn(tree, pinfo, "a block of " .. len .. " bytes")
			break
		end
		b = { scope = h.scope, rd = h.rd, range = tvb(at, len), values = {},
		      len = len, no = h.rd.u(tvb(at + 2, 2)), cpu = h.cpu,
		      seq = seq + takes,
		      real_of = function(mono) return ns_time(mono + off) end }
		dissect_block(b, tree)
		takes = takes + b.takes
		at = at + len
		n = n + 1
		shown = shown or b
	end
	gap = find_gap(h.scope, pinfo, h.cpu, seq, takes)
	if gap then
		tree:add(F.gap, gap):set_generated()
		tree:add_proto_expert_info(X.gap, tostring(gap) ..
			" events are missing before this frame")
	end
	if shown then
		set_columns(pinfo, shown)
		pinfo.cols.info = (shown.line or "") ..
			(n > 1 and " (and " .. n - 1 .. " more)" or "") ..
			(gap and " [" .. tostring(gap) .. " missing before]" or "")
	end
end

local function dissect_text(h, tvb, pinfo, tree)
	local part = tvb(h.hdr_len, h.len)
	local kind = h.kind == K.FORMAT and "format" or "info"
	local text = part:raw()
	local whole

	for line in text:gmatch("[^\n]+") do
		tree:add(F.text, part, line)
	end
	whole = add_part(h.scope, h.kind, h.epoch, h.seq:tonumber(), h.total,
			 text)
	if whole then
		learn_text(h.scope, h.kind, whole)
	end
	pinfo.cols.info = ("%s, bytes %d to %d of %d"):format(kind,
		h.seq:tonumber(), h.seq:tonumber() + h.len, h.total)
end

local little, big = reader(true), reader(false)

-- Nil, and why, if it is no frame of this version
local function read_header(tvb)
	local h = {}

	if tvb:len() < K.HDR_LEN then
		return nil, "shorter than a header"
	end
	if tvb(0, 1):uint() ~= K.VERSION then
		return nil, "version " .. tvb(0, 1):uint()
	end
	h.kind = tvb(1, 1):uint()
	h.flags = tvb(2, 1):uint()
	h.hdr_len = tvb(4, 2):uint()
	h.len = tvb(8, 4):uint()
	h.session = tvb(12, 4):uint()
	h.host = tvb(16, 8):uint64()
	h.cpu = tvb(24, 4):uint()
	h.seq = tvb(32, 8):uint64()
	h.mono_ns = tvb(48, 8):uint64()
	h.real_ns = tvb(56, 8):uint64()
	h.epoch = tvb(72, 4):uint()
	h.total = tvb(76, 4):uint()
	h.rd = h.flags % 2 == K.LITTLE and little or big
	if h.hdr_len < K.HDR_LEN or h.hdr_len + h.len > tvb:len() then
		return nil, "cut off, or its lengths are wrong"
	end
	h.scope = scope_of(h.host:tohex(), h.session)
	return h
end

function proto.dissector(tvb, pinfo, root)
	local tree = root:add(proto, tvb())
	local h, why = read_header(tvb)

	pinfo.cols.protocol = "SKBTRACE"
	if not h then
		warn(tree, pinfo, why)
		return tvb:len()
	end
	for _, f in ipairs(header) do
		tree:add(F[f[1]], tvb(f[2], f[3]))
	end
	tree:add(F["frame.real"], tvb(56, 8), ns_time(h.real_ns))
	if h.kind == K.BLOCKS then
		dissect_blocks(h, tvb, pinfo, tree)
	elseif h.kind == K.FORMAT or h.kind == K.INFO then
		dissect_text(h, tvb, pinfo, tree)
	elseif kinds[h.kind] then
		pinfo.cols.info = kinds[h.kind]
	else
		warn(tree, pinfo, "frame of kind " .. h.kind)
	end
	return tvb:len()
end

function proto.init()
	scopes = {}
end

proto.prefs.udp_port = Pref.uint("UDP port", 0,
	"Port of a link of type skbtrace that has a remote address; 0: none")

local udp_port = 0

function proto.prefs_changed()
	local ports = DissectorTable.get("udp.port")

	if udp_port ~= 0 then
		ports:remove(udp_port, proto)
	end
	udp_port = proto.prefs.udp_port
	if udp_port ~= 0 then
		ports:add(udp_port, proto)
	end
end

DissectorTable.get("ethertype"):add(K.ETHERTYPE, proto)
DissectorTable.get("wtap_encap"):add(wtap.USER0, proto)
