-- SPDX-License-Identifier: GPL-2.0
-- Values as "skbtrace parse" prints them.

local function thousandths(v)
	return ("%d.%03d"):format(math.floor(v / 1000), v % 1000)
end

-- A number of Lua, exact below 2^53
local function plain(v)
	return type(v) == "number" and v or v:tonumber()
end

local function hex_text(v)
	if type(v) == "number" then
		return ("%x"):format(v % 2 ^ 32)
	end
	local s = v:tohex():gsub("^0+", "")

	return s == "" and "0" or s:lower()
end

local function is_zero(v)
	return plain(v) == 0
end

local all_ones = {
	u8 = 0xff, u16 = 0xffff, u32 = 0xffffffff, s8 = -1, s16 = -1, s32 = -1,
}

-- "not valid", or infinite
local function is_none(f, v)
	if not (f.na or f.inf) then
		return false
	end
	if f.size == 8 then
		return hex_text(v) == ("f"):rep(16)
	end
	return v == all_ones[f.type]
end

local function duration(f, v)
	local sign = ""

	v = plain(v)
	if v < 0 then
		sign = "-"
		v = -v
	end
	if f.unit == "ns" then
		v = math.floor(v / 1000)
	end
	return sign .. (f.whole and ("%d"):format(math.floor(v / 1000)) or
			thousandths(v)) .. "ms"
end

local function bit_set(v, mask)
	return mask ~= 0 and math.floor(v / mask) % 2 == 1
end

local function flag_words(f, v)
	local found = {}

	v = plain(v)
	for _, w in ipairs(WORDS[f.words]) do
		if bit_set(v, w[1]) then
			found[#found + 1] = w[2]
			v = v - w[1]
		end
	end
	if v ~= 0 then
		found[#found + 1] = ("#0x%x"):format(v)
	end
	return found
end

-- Relative to where the connection began, as far as that is known
local function relative(v, sent, conn)
	local from = conn and (sent and conn.snd_base or
			       not sent and conn.rcv_base)

	return tostring(from and (v - from) % 2 ^ 32 or v)
end

-- A packet of no socket here may be of a connection known by its addresses
local function packet_seq(b, _, v)
	local conn, swapped = b.conn, false
	local sent = b.dir == b.ev.tx or b.dir == b.ev.fwd

	if not conn and v ~= 0 and b.tuple then
		conn, swapped = conn_of_tuple(b.scope, b.tuple)
	elseif not sent and b.dir ~= b.ev.rx then
		conn = nil
	end
	return relative(v, sent ~= swapped, conn)
end

local function id_text(v)
	return is_zero(v) and "-" or hex_text(v)
end

local by_unit = {
	us = function(_, f, v) return duration(f, v) end,
	ns = function(_, f, v) return duration(f, v) end,
	Bps = function(_, _, v)
		return thousandths(math.floor(plain(v) / 125)) .. "Mbit/s"
	end,
	enum = function(b, f, v)
		local sender = b.scope.format and
			       b.scope.format.words[f.words]

		return (sender or words[f.words])[plain(v)] or
		       "#" .. tostring(v)
	end,
	flags = function(_, f, v)
		local found = flag_words(f, v)

		return #found > 0 and table.concat(found, "|") or "0"
	end,
	sk = function(_, _, v) return id_text(v) end,
	pkt = function(_, _, v) return id_text(v) end,
	hex = function(_, _, v) return "0x" .. hex_text(v) end,
	sym = function(b, _, v)
		return is_zero(v) and "-" or
		       b.scope.symbols[hex_text(v)] or "?"
	end,
	sseq = function(b, _, v) return relative(v, true, b.conn) end,
	rseq = function(b, _, v) return relative(v, false, b.conn) end,
	dseq = packet_seq,
}

local function escaped(s)
	return (s:gsub("[%z\1-\32\127-\255\\]", function(c)
		return ("\\x%02x"):format(c:byte())
	end))
end

local function value_text(b, f, v)
	if f.type == "addr" then
		return v and v.text or "-"
	elseif f.type == "str" then
		return v == "" and "-" or escaped(v)
	elseif is_none(f, v) then
		return f.inf and "inf" or "-"
	end
	local fn = by_unit[f.unit]

	return fn and fn(b, f, v) or tostring(v)
end
