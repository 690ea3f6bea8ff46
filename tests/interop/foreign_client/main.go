// Foreign_client verifies a log of this project with code that knows nothing of it: golang.org/x/mod/sumdb/note and
// golang.org/x/mod/sumdb/tlog, the packages with which the go command verifies its checksum database.
//
// It opens the checkpoint under the log's key, verifies the cosignatures of the witnesses that are named, reads every
// entry bundle, proves that every entry is in the tree by reading hash tiles that lead to the checkpoint's root, and,
// given an earlier checkpoint, proves that its tree is a prefix of the later one.
//
// Nothing outside of the standard library and golang.org/x/mod is used, as of Go 1.19:
//
//	GO111MODULE=off GOPATH=<empty folder>:/usr/share/gocode go run main.go -key VKEY [-old FILE] FOLDER-OR-URL
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight    = 8
	tileWidth     = 1 << tileHeight
	cosignatureV1 = 0x04
	maximumFile   = 1 << 24
)

// A record is a folder or a base URL with the paths of C2SP tlog-tiles.
type record string

func (r record) read(path string) ([]byte, error) {
	if !strings.HasPrefix(string(r), "http://") && !strings.HasPrefix(string(r), "https://") {
		return os.ReadFile(filepath.Join(string(r), filepath.FromSlash(path)))
	}
	response, err := http.Get(strings.TrimSuffix(string(r), "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", path, response.StatusCode)
	}
	return io.ReadAll(io.LimitReader(response.Body, maximumFile))
}

// readTile returns width*size bytes of a tile, from the full tile where the partial one is gone.
func (r record) readTile(path string) ([]byte, error) {
	data, err := r.read(path)
	if at := strings.Index(path, ".p/"); err != nil && at >= 0 {
		return r.read(path[:at])
	}
	return data, err
}

// Height, ReadTiles and SaveTiles make a record a tlog.TileReader. The paths of C2SP tlog-tiles are those of x/mod
// without the tile height.
func (r record) Height() int { return tileHeight }

func (r record) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := r.readTile(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", tile.Path(), len(data))
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (r record) SaveTiles([]tlog.Tile, [][]byte) {}

// entries returns the entries of bundle n of a tree of the given size.
func (r record) entries(n, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: n, W: tileWidth}
	if size-n*tileWidth < tileWidth {
		tile.W = int(size - n*tileWidth)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := r.readTile(path)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(all) < tile.W {
		if len(data) < 2 {
			return nil, fmt.Errorf("%s ends before entry %d", path, len(all))
		}
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			return nil, fmt.Errorf("%s ends within entry %d", path, len(all))
		}
		all, data = append(all, data[2:2+length]), data[2+length:]
	}
	return all, nil
}

// A witness verifies C2SP cosignature/v1 lines, which x/mod does not know.
type witness struct {
	name string
	key  ed25519.PublicKey
	hash uint32
}

func newWitness(vkey string) (*witness, error) {
	fields := strings.SplitN(vkey, "+", 3)
	if len(fields) != 3 {
		return nil, errors.New("malformed witness key")
	}
	material, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || len(material) != 1+ed25519.PublicKeySize || material[0] != cosignatureV1 {
		return nil, errors.New("not an Ed25519 witness key")
	}
	sum := sha256.Sum256(append([]byte(fields[0]+"\n"), material...))
	w := &witness{fields[0], material[1:], binary.BigEndian.Uint32(sum[:])}
	if fmt.Sprintf("%08x", w.hash) != fields[1] {
		return nil, errors.New("wrong key ID")
	}
	return w, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

// open returns the tree of a checkpoint that the log and all witnesses have signed.
func open(data []byte, log note.Verifier, witnesses []note.Verifier) (string, tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(append(witnesses, log)...))
	if err != nil {
		return "", tlog.Tree{}, err
	}
	signed := map[string]bool{}
	for _, signature := range opened.Sigs {
		signed[fmt.Sprint(signature.Name, signature.Hash)] = true
	}
	for _, key := range append(witnesses, log) {
		if !signed[fmt.Sprint(key.Name(), key.KeyHash())] {
			return "", tlog.Tree{}, fmt.Errorf("%s has not signed", key.Name())
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tlog.Tree{}, errors.New("a checkpoint has three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return "", tlog.Tree{}, errors.New("malformed size")
	}
	hash, err := tlog.ParseHash(lines[2])
	return lines[0], tlog.Tree{N: size, Hash: hash}, err
}

// verify reads everything and returns the first thing that is wrong.
func verify(place record, vkey, old string, witnessKeys []string) error {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	var witnesses []note.Verifier
	for _, text := range witnessKeys {
		w, err := newWitness(text)
		if err != nil {
			return err
		}
		witnesses = append(witnesses, w)
	}
	data, err := place.read("checkpoint")
	if err != nil {
		return err
	}
	origin, tree, err := open(data, log, witnesses)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	hashes := tlog.TileHashReader(tree, place)
	if tree.N == 0 {
		empty := sha256.Sum256(nil)
		if !bytes.Equal(empty[:], tree.Hash[:]) {
			return errors.New("a root for no entries")
		}
	}
	for n := int64(0); n*tileWidth < tree.N; n++ {
		entries, err := place.entries(n, tree.N)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			index := n*tileWidth + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	fmt.Printf("%s: %d entries are in the tree; cosignatures: %d\n", origin, tree.N, len(witnesses))
	if old == "" {
		return nil
	}
	data, err = os.ReadFile(old)
	if err != nil {
		return err
	}
	oldOrigin, oldTree, err := open(data, log, nil)
	if err != nil {
		return fmt.Errorf("earlier checkpoint: %w", err)
	}
	if oldOrigin != origin {
		return fmt.Errorf("an earlier checkpoint of %s", oldOrigin)
	}
	if oldTree.N > 0 {
		proof, err := tlog.ProveTree(tree.N, oldTree.N, hashes)
		if err != nil {
			return fmt.Errorf("consistency: %w", err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, oldTree.N, oldTree.Hash); err != nil {
			return fmt.Errorf("consistency: %w", err)
		}
	}
	fmt.Printf("it extends the earlier one of %d entries\n", oldTree.N)
	return nil
}

type texts []string

func (t *texts) String() string         { return strings.Join(*t, " ") }
func (t *texts) Set(value string) error { *t = append(*t, value); return nil }

func main() {
	vkey := flag.String("key", "", "verifier key of the log")
	old := flag.String("old", "", "file with an earlier checkpoint")
	var witnesses texts
	flag.Var(&witnesses, "witness", "verifier key of a witness that must have cosigned; may be repeated")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := verify(record(flag.Arg(0)), *vkey, *old, witnesses); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
