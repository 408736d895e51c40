#!/usr/bin/env python3
"""Writes the binary files and tables in corpus/: python3 tests/fuzz/make_corpus.py (needs NumPy)."""
import io
import pathlib
import struct

import numpy

corpus = pathlib.Path(__file__).parent / "corpus"


def write(name, data):
    (corpus / name).write_bytes(data)


def npy(array, version=None):
    file = io.BytesIO()
    numpy.lib.format.write_array(file, numpy.asarray(array), version=version)
    return file.getvalue()


for dtype in ("<f4", "<f8", "|u1", "<i4", "<i8"):
    write(f"npy/{dtype[1:]}.npy", npy(numpy.arange(6, dtype=dtype).reshape(2, 3)))
write("npy/version2.npy", npy(numpy.zeros(2, "<f4"), (2, 0)))
write("npy/empty.npy", npy(numpy.zeros((0, 4), "<i8")))
write("npy/scalar.npy", npy(numpy.float64(1e300)))
write("npy/fortran.npy", npy(numpy.zeros((2, 2), "<f4", order="F")))
write("npy/complex.npy", npy(numpy.zeros(1, "<c8")))
write("npy/truncated.npy", npy(numpy.zeros(4, "<f4"))[:-3])


def text(value):
    return struct.pack("<Q", len(value)) + value


def present(layout, *values):
    """Optional values, all of them present."""
    return struct.pack("<" + "".join("?" + c for c in layout), *(x for v in values for x in (True, v)))


def rows(count):
    metrics = bytes(6)
    row = struct.pack("<dq", 0.5, 20) + metrics + present("ddd", 0.1, 1.5, 0.25)
    summary = struct.pack("<q", 810) + bytes(1) + b"\1" + row + bytes(7) + text(b"end") + bytes(4)
    return text(b"a" * 64) + summary + struct.pack("<Q", count) + count * row + struct.pack("<Q", 0)


def state(run, step, data):
    return text(run * 64) + struct.pack("<q", step) + text(data)


write("checkpoint/two_states", state(b"a", 40, bytes(32)) + state(b"b", 0, b""))
write("checkpoint/same_run_twice", state(b"a", 40, b"new") + state(b"a", 20, b"old"))
write("checkpoint/step_below_0", state(b"a", -1, b"new"))
write("checkpoint/size_too_large", text(b"a" * 64) + struct.pack("<qQ", 1, 2**63))
write("checkpoint/rows", rows(3))
write("checkpoint/rows_cut_off", rows(3)[:-5])
write("checkpoint/bool_of_two", rows(0)[:-8].replace(b"\0", b"\2"))


def idx(shape, values, kind=8):
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + values


write("idx/images", idx([2, 2, 3], bytes(range(12))))
write("idx/labels", idx([4], bytes([0, 9, 3, 1])))
write("idx/scalar", idx([], b"\7"))
write("idx/floats", idx([1], bytes(4), kind=13))
write("idx/truncated", idx([2, 2, 3], bytes(11)))
write("idx/header_cut_off", idx([2, 2, 3], b"")[:-2])
write("idx/shape_too_large", idx([2**32 - 1] * 4, b""))
write("cifar10/two", 2 * (bytes([9]) + bytes(3072)))
write("cifar10/wrong_label", bytes([10]) + bytes(3072))
write("cifar10/truncated", bytes(3000))
write("csv/classes.csv", b"a,b,label\n1,2.5,cat\n-3e2, +4 ,dog\n")
write("csv/targets.csv", b"a,y\r\n1,0.5\r\n\r\n2,1e-3\r\n")
write("csv/quoted.csv", b'\xef\xbb\xbf"a ""b""","c\nd"\n"1","x,y"\n2,"z"')
write("csv/not_a_number.csv", b"a,y\nnan,1\n")
write("csv/short_row.csv", b"a,b,y\n1,2\n")
write("csv/open_quote.csv", b'a,y\n1,"2')
write("csv/one_column.csv", b"a\n1\n")
write("csv/header_only.csv", b"a,b")
write("csv/carriage_return.csv", b"a,b\r1,2\r")
write("safetensors/two", text(b'{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},'
                              b'"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}') + bytes(16))
write("safetensors/overlap", text(b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},'
                                  b'"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}') + bytes(8))
write("safetensors/shape_too_large",
      text(b'{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}') + bytes(8))
write("safetensors/header_cut_off", text(b'{"a":{}}')[:-3])
